import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { workerData } from "node:worker_threads";
import { SharedTexts, type SharedMemory } from "./shared-texts.ts";

/** What `read-ahead.ts` hands to this thread. */
export interface ReaderData {
  readonly root: string;
  readonly paths: readonly string[];
  readonly memory: SharedMemory;
  readonly maxFileBytes: number;
}

/** Reading those that come right behind the one that is asked for would be a race with it. */
const LEAD = 16;

const { root, paths, memory, maxFileBytes } = workerData as ReaderData;
const texts = new SharedTexts(memory);

for (let at = 0; at < paths.length; at += 1) {
  if (at < texts.reached + LEAD) at = texts.reached + LEAD;
  const data = contentOf(join(root, paths[at] ?? ""));
  if (data !== undefined && !texts.put(at, data)) break;
}

/** What cannot be read, or is not worth it, is left to the thread that reports it. */
function contentOf(path: string): Uint8Array | undefined {
  try {
    const found = statSync(path);
    return found.isFile() && found.size <= maxFileBytes ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}
