/** A value of the running app as it crosses the pipe: secrets are measured, functions and instances are named. */
export type StackValue =
  | string
  | number
  | boolean
  | null
  | readonly StackValue[]
  | { readonly $secret: { readonly length: number; readonly distinct: number; readonly known: boolean } }
  | { readonly $function: string }
  | { readonly $class: string; readonly package: string | undefined }
  | { readonly $regex: string; readonly flags: string }
  | { readonly $infinity: true }
  | { readonly $undefined: true }
  | { readonly $unknown: string }
  | { readonly $object: Readonly<Record<string, StackValue>> };

/** A position in a file; line and column count from 1. */
export interface StackPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One function a request passes. */
export interface StackFunction {
  readonly name: string;
  readonly arity: number;
  /** Where its code stands, by the engine's own account. */
  readonly at: StackPlace | undefined;
  /** The package that file belongs to; `undefined` for the project's own code. */
  readonly package: string | undefined;
  /** Arguments it was made with, in effect: defaults and environment applied. `undefined` when they cannot be read. */
  readonly args: readonly StackValue[] | undefined;
  /** Response headers it set on a mock request; `undefined` when it was not tried. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly removesPoweredBy: boolean;
  /** Let a plain GET pass, and turned away a POST of another site without a token. */
  readonly refusesForged: boolean;
  /** Announced a limit, or answered 429 in the end to one address that called and called. */
  readonly limits: boolean;
  /** Remembered for whoever sent its cookie, and for nobody else, what was written into an object it put on the request. */
  readonly keepsSessions: boolean;
  /** Functions it closes over that look like middleware: it wraps them. */
  readonly inner: readonly StackFunction[];
}

/** What the child process tells about one entry of a stack. */
export interface StackLayer {
  readonly kind: "use" | "route" | "router";
  /** Path of the mount or route; `undefined` for every path. */
  readonly path: StackValue | undefined;
  /** Lower case; "all" for `app.all`. */
  readonly methods: readonly string[];
  readonly functions: readonly StackFunction[];
  /** Where `use` or the method was called. */
  readonly mount: StackPlace | undefined;
  readonly layers: readonly StackLayer[];
  readonly settings: Readonly<Record<string, StackValue>>;
}

export interface StackApp {
  readonly express: number;
  readonly version: string;
  readonly settings: Readonly<Record<string, StackValue>>;
  readonly layers: readonly StackLayer[];
  readonly uid: number | undefined;
  readonly listened: boolean;
  /** Things the reader could not see, in words. */
  readonly notes: readonly string[];
}
