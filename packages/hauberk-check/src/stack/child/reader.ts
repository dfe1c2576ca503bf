import type { Engine } from "./closures.ts";
import type { AppLike } from "./shapes.ts";
import type { Tracer } from "./trace.ts";

/** What reading one app takes along. */
export interface Reader {
  readonly engine: Engine;
  readonly tracer: Tracer;
  readonly app: AppLike;
  /** Apps and routers that were read: one that mounts itself has no end. */
  readonly seen: Set<unknown>;
  /** Nobody uses the app after it was read, so its limits may be used up. */
  readonly mayExhaust: boolean;
}

export const nameOf = (fn: unknown): string => {
  const name: unknown = (fn as { name?: unknown } | undefined)?.name;
  return typeof name === "string" ? name : "";
};
