import type { Application, Request, Response } from "express";
import { IncomingMessage, ServerResponse } from "node:http";

/**
 * The prototypes of all requests and responses of an app: Express documents extending them as the way to override its
 * API, and its types leave them out.
 * @see https://expressjs.com/en/guide/overriding-express-api.html
 */
export interface ExtensibleApplication extends Application {
  readonly request: Request;
  readonly response: Response;
}

type Done = (error?: unknown) => void;

/** What an Express 5 app is underneath. Only internal/entrance.ts uses it. */
export interface ApplicationInternals {
  handle: (req: IncomingMessage, res: ServerResponse & { locals?: object }, done?: Done) => void;
  readonly router: { readonly stack: readonly { readonly handle: unknown }[] };
}

/** `express.request` or `express.response`, which an app's own come from: the last prototype before Node's. */
export function rootOf(prototype: object): object {
  const parent = Object.getPrototypeOf(prototype) as object | null;
  const isLast =
    parent === null || parent === ServerResponse.prototype || parent === IncomingMessage.prototype;
  return isLast ? prototype : rootOf(parent);
}
