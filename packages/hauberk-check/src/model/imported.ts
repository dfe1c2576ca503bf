import type { Module } from "./module.ts";
import { handlesRequests, isServerCode, reachesOutside } from "./selection.ts";

/** A source file before it is parsed. */
export interface Source {
  /** The files of the project that it imports. */
  readonly imports: readonly string[];
  /** Nothing for a test, for data and for what belongs to another part. */
  readonly text: string | undefined;
}

/**
 * Of what request handlers import, however far away, the files that reach a database, a program, a file or another machine, and
 * those between: request data may be handed on to them. Nothing is parsed for it.
 */
export function importedByHandlers(
  modules: readonly Module[],
  source: (path: string) => Source,
): ReadonlySet<string> {
  const known = new Map<string, boolean>();
  const found = new Set<string>();
  const waiting = modules.filter(({ text }) => handlesRequests(text)).map(({ path }) => path);
  for (let from = waiting.pop(); from !== undefined; from = waiting.pop())
    for (const path of source(from).imports)
      if (!found.has(path) && leadsOutside(path, source, known)) {
        found.add(path);
        waiting.push(path);
      }
  return found;
}

function leadsOutside(path: string, source: (path: string) => Source, known: Map<string, boolean>): boolean {
  const before = known.get(path);
  if (before !== undefined) return before;
  // A cycle of imports ends here; what else its files import decides.
  known.set(path, false);
  const { text, imports } = source(path);
  const leads =
    text !== undefined &&
    isServerCode(text) &&
    (reachesOutside(text) || imports.some((one) => leadsOutside(one, source, known)));
  known.set(path, leads);
  return leads;
}
