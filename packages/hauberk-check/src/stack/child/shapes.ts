/** The parts of Express's objects that the reader looks at; the same names in 3, 4 and 5 unless said. */
export interface LayerLike {
  readonly name?: string;
  readonly handle?: unknown;
  /** Route of an entry; in Express 3 the mount path. */
  readonly route?: RouteLike | string | undefined;
  readonly regexp?: RegExp & { fast_slash?: boolean };
  readonly keys?: readonly { readonly name: string | number }[];
  /** Express 5. */
  readonly rawPath?: unknown;
  readonly slash?: boolean;
  readonly method?: string;
}

export interface RouteLike {
  readonly path?: unknown;
  readonly methods?: Readonly<Record<string, boolean>>;
  readonly stack?: readonly LayerLike[];
  /** Express 3. */
  readonly callbacks?: unknown;
  readonly method?: string;
}

export interface AppLike {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly stack?: readonly LayerLike[];
  readonly _router?: {
    readonly stack?: readonly LayerLike[];
    readonly map?: Readonly<Record<string, readonly RouteLike[]>>;
    readonly middleware?: unknown;
  };
  readonly router?: unknown;
  readonly request?: object;
  readonly response?: object;
  readonly handle?: unknown;
  readonly defaultConfiguration?: unknown;
}

export function isApp(value: unknown): value is AppLike {
  if (typeof value !== "function") return false;
  const app = value as { use?: unknown; handle?: unknown; set?: unknown; settings?: unknown };
  return (
    typeof app.use === "function" &&
    typeof app.handle === "function" &&
    typeof app.set === "function" &&
    typeof app.settings === "object"
  );
}

export function isRouter(value: unknown): value is { readonly stack: readonly LayerLike[] } {
  return typeof value === "function" && Array.isArray((value as { stack?: unknown }).stack);
}

/** The stack of an app in any version; empty when nothing was mounted. */
export function stackOf(app: AppLike): readonly LayerLike[] {
  // Express 4 throws when `app.router` is read.
  if (app._router?.stack !== undefined) return app._router.stack;
  if (app.stack !== undefined) return app.stack;
  const lazily = "lazyrouter" in app;
  const router = lazily ? undefined : app.router;
  return isRouter(router) ? router.stack : [];
}
