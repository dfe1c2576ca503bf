import type { Worker } from "node:worker_threads";
import type { Ahead } from "../files/discover.ts";
import { isSource, isTestOrBuild } from "../files/kinds.ts";
import { SharedTexts, type SharedMemory } from "./shared-texts.ts";

export interface ReadAheadOptions {
  /** Below it, starting a thread costs more than it saves. @default 1_000 */
  readonly minFiles?: number;
}

/** What the thread is started with. */
export interface ReaderData {
  readonly root: string;
  readonly paths: readonly string[];
  readonly memory: SharedMemory;
  readonly maxFileBytes: number;
}

const MAX_BYTES = 128_000_000;
const MAX_FILE_BYTES = 1_000_000;
/** The thread's own file, in the sources and in the bundle. */
const THREAD = new URL(import.meta.url.endsWith(".ts") ? "thread.ts" : "thread.cjs", import.meta.url);

/**
 * Starts a second thread that reads the sources of a large project before they are asked for; `undefined` for a small one, and
 * where threads are not allowed.
 */
export function startReadAhead(
  root: string,
  list: readonly string[],
  { minFiles = 1_000 }: ReadAheadOptions = {},
): Ahead | undefined {
  const paths = list.filter((path) => isSource(path) && !isTestOrBuild(path));
  if (paths.length < minFiles) return undefined;
  const texts = SharedTexts.withRoomFor(paths.length, MAX_BYTES);
  const worker = startThread({ root, paths, memory: texts.memory, maxFileBytes: MAX_FILE_BYTES });
  if (worker === undefined) return undefined;
  const places = new Map(paths.map((path, at) => [path, at]));
  const placed = <Answer>(path: string, ask: (at: number) => Answer): Answer | undefined => {
    const at = places.get(path);
    return at === undefined ? undefined : ask(at);
  };
  return {
    text: (path) => placed(path, (at) => texts.take(at)),
    glance: (path) => placed(path, (at) => texts.glance(at)),
  };
}

function startThread(workerData: ReaderData): Worker | undefined {
  try {
    // Loaded here, because most projects are small.
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    const worker = new Worker(THREAD, { workerData, execArgv: [] });
    worker.on("error", () => undefined); // What it did not read is read here.
    worker.unref();
    return worker;
  } catch {
    return undefined; // `node --permission` without --allow-worker
  }
}
