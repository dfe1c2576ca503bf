import type { Parsed } from "./parsed-address.ts";

export const REQUEST_PARTS = ["query", "body", "params", "headers", "cookies", "url", "originalUrl"] as const;

/** `args` are those of a GraphQL query, a `message` is one of a socket, an `input` that of a procedure of tRPC. */
export type RequestPart = (typeof REQUEST_PARTS)[number] | "args" | "message" | "input";

/** The part that `req.query` and its like name. */
export const partNamed = (name: string): RequestPart | undefined =>
  REQUEST_PARTS.find((part) => part === name);

/** What a name or expression holds of the request; `raw` is what came, of any type; else it is a text made of it. */
export interface Held {
  readonly part: RequestPart;
  readonly raw: boolean;
  /** All of `req.body`, or all of another part. */
  readonly whole: boolean;
  /** A class says what fields it has, and nothing leaves out the others that are sent. */
  readonly typed?: true;
  /** The parts of an address, of which `query` is one. */
  readonly parsed?: Parsed;
  /** Fields that hold numbers, as the schema says. */
  readonly except?: ReadonlySet<string>;
  /** Pairs whose names are the project's, and only their values the client's. */
  readonly hasOwnKeys?: true;
}
