/** What the child process tells about one middleware of the running app. */
export interface StackLayer {
  readonly name: string;
  /** Path of the mount or route; `undefined` for every path. */
  readonly path: string | undefined;
  readonly kind: "use" | "route" | "router";
  readonly methods: readonly string[];
  /** File and line the function was written at. */
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly package: string | undefined;
  readonly arity: number;
  /** Values the function closes over, secrets replaced by their measurements. */
  readonly closure: Readonly<Record<string, unknown>>;
  /** Response headers it set on a mock request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly layers: readonly StackLayer[];
  readonly mountFile: string | undefined;
  readonly mountLine: number | undefined;
}

export interface StackApp {
  readonly express: number;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly layers: readonly StackLayer[];
  readonly uid: number | undefined;
}
