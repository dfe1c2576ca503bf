import { readdirSync, statSync, type Dirent } from "node:fs";
import { join } from "node:path";
import { isSource } from "./kinds.ts";
import type { Skipped } from "./project-files.ts";

/** What to list below a folder. */
export interface Wanted {
  /** Whether to look into a folder, by its path below the root and its own name. */
  readonly enters: (path: string, name: string) => boolean;
  readonly wants: (path: string) => boolean;
  readonly maxFiles: number;
  readonly maxDepth: number;
}

/**
 * Lists files below a folder of the root; `""` is the root itself. Symbolic links are never followed, so no loop can catch it.
 * What cannot be looked into is noted in `skipped`.
 */
export function filesBelow(
  root: string,
  folder: string,
  { enters, wants, maxFiles, maxDepth }: Wanted,
  skipped: Skipped[],
): readonly string[] {
  const list: string[] = [];
  const pending: { path: string; depth: number }[] = [{ path: folder, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const entry of entriesOf(join(root, next.path), next.path, skipped)) {
      const path = next.path === "" ? entry.name : `${next.path}/${entry.name}`;
      if (entry.isSymbolicLink()) noteLink(root, path, skipped);
      else if (entry.isDirectory()) {
        if (!enters(path, entry.name)) continue;
        if (next.depth >= maxDepth)
          skipped.push({ path, reason: `folders nested deeper than ${String(maxDepth)}` });
        else pending.push({ path, depth: next.depth + 1 });
      } else if (entry.isFile() && wants(path)) {
        if (list.length >= maxFiles) {
          skipped.push({ path, reason: `more than ${String(maxFiles)} files; the rest was left out` });
          return list;
        }
        list.push(path);
      }
    }
  }
  return list.toSorted();
}

function entriesOf(folder: string, path: string, skipped: Skipped[]): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    skipped.push({ path: path === "" ? "." : path, reason: `cannot be read (${codeOf(error)})` });
    return [];
  }
}

function noteLink(root: string, path: string, skipped: Skipped[]): void {
  if (isFolder(join(root, path)) || isSource(path))
    skipped.push({ path, reason: "symbolic link, not followed" });
}

export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}
