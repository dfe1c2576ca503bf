import { fileURLToPath } from "node:url";
import type { Location } from "./facts.ts";

const OWN = fileURLToPath(import.meta.url);

export interface Mount {
  readonly path: string | undefined;
  readonly at: Location | undefined;
}

const MOUNTS = new WeakMap<object, Mount>();

export const mountOf = (handle: object): Mount | undefined => MOUNTS.get(handle);

type Use = (this: unknown, ...args: unknown[]) => unknown;

/** Remembers, for everything given to `use` from now on, the path and the line of the call. */
export function recordMounts(holder: unknown): void {
  const target = holder as { use?: Use } | undefined;
  const original = target?.use;
  if (target === undefined || typeof original !== "function") return;
  target.use = function use(this: unknown, ...args: unknown[]): unknown {
    const [first] = args;
    const path = typeof first === "string" && first !== "/" ? first : undefined;
    const at = callerOutside(new Error("mount").stack ?? "");
    for (const one of args.flat(Infinity)) {
      if (typeof one === "function" && (at !== undefined || !MOUNTS.has(one))) MOUNTS.set(one, { path, at });
    }
    return original.apply(this, args);
  };
}

/** The first frame that is neither ours nor a package's: the line that says `app.use(...)`. */
function callerOutside(stack: string): Location | undefined {
  for (const line of stack.split("\n").slice(2)) {
    const match = /\(?(?:file:\/\/)?(\/[^()]+|[A-Za-z]:[\\/][^()]+):(\d+):(\d+)\)?$/.exec(line.trim());
    if (match?.[1] === undefined || match[1] === OWN || /[\\/]node_modules[\\/]/.test(match[1])) continue;
    return { file: match[1], line: Number(match[2]), column: Number(match[3]) };
  }
  return undefined;
}
