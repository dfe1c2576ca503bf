import type { Glance } from "./glance.ts";

/** Everything a lens may read from a project; paths are relative to its root, with forward slashes. */
export interface ProjectFiles {
  /** Absolute path of the root, or a label for files that exist only in memory. */
  readonly root: string;
  /** Files the checker looks at: sources, templates, manifests, deployment files. */
  readonly list: readonly string[];
  /** Files left out, with the reason a person can act on. */
  readonly skipped: readonly Skipped[];
  /** The text of any file below the root, listed or not (for example in node_modules). */
  read(path: string): string | undefined;
  has(path: string): boolean;
  /** What was seen of a source before it was asked for; `undefined` when it was not, and it has to be read. */
  glance?(path: string): Glance | undefined;
}

export interface Skipped {
  readonly path: string;
  readonly reason: string;
}

/** A project that exists only in memory: fixtures, `--fix` proofs, editors. */
export function memoryFiles(entries: ReadonlyMap<string, string>, root: string = "memory"): ProjectFiles {
  return {
    root,
    list: [...entries.keys()].filter((path) => !path.includes("node_modules/")),
    skipped: [],
    read: (path) => entries.get(path),
    has: (path) => entries.has(path),
  };
}

/** The same project with some texts replaced. */
export function overlay(files: ProjectFiles, replaced: ReadonlyMap<string, string>): ProjectFiles {
  return {
    root: files.root,
    list: files.list,
    skipped: files.skipped,
    read: (path) => replaced.get(path) ?? files.read(path),
    has: (path) => replaced.has(path) || files.has(path),
  };
}
