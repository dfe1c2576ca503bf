import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { SharedTexts } from "./shared-texts.ts";

/** Reading those that come right behind the one that is asked for would be a race with it. */
const LEAD = 16;

/** Reads the files of a list in its order, into memory that another thread takes them from. */
export function readAll(
  root: string,
  paths: readonly string[],
  texts: SharedTexts,
  maxFileBytes: number,
): void {
  for (let at = 0; at < paths.length; at += 1) {
    if (at < texts.reached + LEAD) at = texts.reached + LEAD;
    const data = contentOf(join(root, paths[at] ?? ""), maxFileBytes);
    if (data !== undefined && !texts.put(at, data)) break;
  }
}

/** What cannot be read, or is not worth it, is left to the thread that reports it. */
function contentOf(path: string, maxFileBytes: number): Uint8Array | undefined {
  try {
    const found = statSync(path);
    return found.isFile() && found.size <= maxFileBytes ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}
