import { isSource, isTestOrBuild } from "./kinds.ts";
import type { ReaderData } from "./reader.ts";
import { SharedTexts } from "./shared-texts.ts";

/** Below it, starting a thread costs more than it saves. */
const MIN_FILES = 1_000;
const MAX_BYTES = 128_000_000;
const MAX_FILE_BYTES = 1_000_000;

const READER = new URL(import.meta.url.endsWith(".ts") ? "reader.ts" : "reader.cjs", import.meta.url);

/** A text of the list that was read before it was asked for; `undefined` when it was not. */
export type Ahead = (path: string) => string | undefined;

/**
 * Reads the sources of a large project in a thread of its own, in the order of the list, while this one parses.
 * `undefined` for a small project, and where threads are not allowed.
 */
export function readAhead(
  root: string,
  list: readonly string[],
  minFiles: number = MIN_FILES,
): Ahead | undefined {
  const paths = list.filter((path) => isSource(path) && !isTestOrBuild(path));
  if (paths.length < minFiles) return undefined;
  const texts = SharedTexts.withRoomFor(paths.length, MAX_BYTES);
  if (!startReader({ root, paths, memory: texts.memory, maxFileBytes: MAX_FILE_BYTES })) return undefined;
  const places = new Map(paths.map((path, at) => [path, at]));
  return (path) => {
    const at = places.get(path);
    return at === undefined ? undefined : texts.take(at);
  };
}

function startReader(workerData: ReaderData): boolean {
  try {
    // Loaded here, because most projects are small.
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    const worker = new Worker(READER, { workerData, execArgv: [] });
    worker.on("error", () => undefined); // What it did not read is read here.
    worker.unref();
    return true;
  } catch {
    return false; // `node --permission` without --allow-worker
  }
}
