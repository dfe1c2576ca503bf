/** What is told about one middleware of a running app. */
export interface StackLayer {
  readonly kind: "use" | "route" | "router";
  /** The function's own name. */
  readonly name: string;
  /** Mount or route path; `undefined` for every path. */
  readonly path: string | undefined;
  readonly methods: readonly string[];
  /** Where the function was written. */
  readonly location: Location | undefined;
  /** The package it was written in; `undefined` for the project itself. */
  readonly package: string | undefined;
  readonly arity: number;
  /** Values the function closes over, secrets replaced by their measurements. */
  readonly closure: Readonly<Record<string, unknown>>;
  /** Response headers it set on a mock request, for packages that only set headers. */
  readonly headers: Readonly<Record<string, string>>;
  readonly layers: readonly StackLayer[];
  /** Where `app.use` was called with it. */
  readonly mounted: Location | undefined;
}

/** Lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface StackApp {
  readonly express: number;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly layers: readonly StackLayer[];
  readonly listens: boolean;
}
