import type { Site, Value } from "./values.ts";

/** Under what circumstances a piece of set-up runs. */
export interface Condition {
  /** `prod` and `dev` are decided by NODE_ENV; `maybe` by something only known at run time. */
  readonly mode: "prod" | "dev" | "maybe";
  readonly text: string;
}

/** One `use`, route or parameter handler, in the order the app registers them. */
export interface Layer {
  readonly kind: "use" | "route" | "param" | "v3-router";
  /** Lower case; "" for `use`, "all" for `all`. */
  readonly method: string;
  /** `undefined` means every path. */
  readonly path: Value | undefined;
  readonly handlers: readonly Value[];
  readonly site: Site;
  readonly conditions: readonly Condition[];
  /** Stack lens: the request path as the running router describes it. */
  readonly call?: string | undefined;
}

export interface Setting {
  readonly name: string;
  readonly value: Value;
  readonly site: Site;
  readonly conditions: readonly Condition[];
}

/** Something that happened to the app that the reader could not follow. */
export interface Hole {
  readonly why: string;
  readonly site: Site;
}

export type ExpressMajor = 2 | 3 | 4 | 5;

/** An Express application or router, as far as its set-up can be read. */
export interface App {
  readonly id: number;
  readonly kind: "app" | "router";
  readonly site: Site;
  readonly layers: Layer[];
  readonly settings: Setting[];
  readonly holes: Hole[];
  readonly listens: Site[];
  readonly locals: Set<string>;
  /** What the project leaves on the app itself: `app.controllers`. */
  readonly props: Map<string, Value>;
  /** Stands for a parameter nobody in the project passes an app to. */
  readonly synthetic: boolean;
  /** How many conditions were open when it was made: those hold for everything in it. */
  readonly born: number;
  express: ExpressMajor;
  /** Options given to `express.Router(...)`. */
  readonly options: Value | undefined;
}

export const inDevelopmentOnly = (conditions: readonly Condition[]): boolean =>
  conditions.some((one) => one.mode === "dev");
export const isConditional = (conditions: readonly Condition[]): boolean =>
  conditions.some((one) => one.mode === "maybe");
