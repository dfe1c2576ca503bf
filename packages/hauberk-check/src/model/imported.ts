import type { Module } from "./module.ts";
import { handlesRequests, isServerCode, reachesOutside, specifiersIn } from "./selection.ts";

interface Project {
  /** The files of the project that these imports mean. */
  filesOf(specifiers: readonly string[], from: string): readonly string[];
  /** The text of a source file, unless it is a test. */
  readServer(path: string): string | undefined;
}

/**
 * Of what request handlers import, however far away, the files that reach a database, a program, a file or another machine, and
 * those between: request data may be handed on to them. Nothing is parsed for it.
 */
export function importedByHandlers(modules: readonly Module[], project: Project): ReadonlySet<string> {
  const known = new Map<string, boolean>();
  const found = new Set<string>();
  const waiting = modules.filter(({ text }) => handlesRequests(text)).map(({ path }) => path);
  for (let from = waiting.pop(); from !== undefined; from = waiting.pop())
    for (const path of importsOf(from, project))
      if (!found.has(path) && leadsOutside(path, project, known)) {
        found.add(path);
        waiting.push(path);
      }
  return found;
}

function leadsOutside(path: string, project: Project, known: Map<string, boolean>): boolean {
  const before = known.get(path);
  if (before !== undefined) return before;
  // A cycle of imports ends here; what else its files import decides.
  known.set(path, false);
  const text = project.readServer(path);
  const leads =
    text !== undefined &&
    isServerCode(text) &&
    (reachesOutside(text) || importsOf(path, project).some((one) => leadsOutside(one, project, known)));
  known.set(path, leads);
  return leads;
}

const importsOf = (path: string, project: Project): readonly string[] =>
  project.filesOf(specifiersIn(project.readServer(path) ?? ""), path);
