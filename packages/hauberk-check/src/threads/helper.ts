import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import type { PartSeen } from "../engine/read-parts.ts";
import type { Ahead } from "../files/discover.ts";
import { isSource, isTestOrBuild } from "../files/kinds.ts";
import type { Project } from "../model/project.ts";
import type { ProjectPart } from "../model/project-parts.ts";
import type { Rule } from "../rules/rule.ts";
import type { Claims } from "./claims.ts";
import { receive, type HelperData, type Job, type SentPart } from "./job.ts";
import { aheadOf, SharedTexts } from "./shared-texts.ts";

export interface HelperOptions {
  /** Below it, starting a thread costs more than it saves. @default 1_000 */
  readonly minFiles?: number;
  /** How long the thread may take when this one has nothing else to do. @default 30_000 */
  readonly patienceMs?: number;
  /** With one, a second thread only takes time from this one. @default those of the machine */
  readonly processors?: number;
  /** The thread's program. */
  readonly thread?: URL;
}

const MAX_BYTES = 128_000_000;
const MAX_FILE_BYTES = 1_000_000;
/** The thread's own file, in the sources and in the bundle. */
const THREAD = new URL(import.meta.url.endsWith(".ts") ? "thread.ts" : "thread.cjs", import.meta.url);

/** A second thread for a large project: it reads the sources ahead, and then looks at some of the project's parts. */
export interface Helper {
  readonly ahead: Ahead;
  /** What it sees in the parts that it claims, by their number; `undefined` when it fails or is late, or does not help. */
  readParts(
    project: Project,
    rules: readonly Rule[],
    parts: readonly ProjectPart[],
    claims: Claims,
  ): Promise<ReadonlyMap<number, PartSeen> | undefined>;
}

/** Starts the thread; `undefined` for a small project, and where threads are not allowed. */
export function startHelper(
  root: string,
  list: readonly string[],
  {
    minFiles = 1_000,
    patienceMs = 30_000,
    processors = availableParallelism(),
    thread = THREAD,
  }: HelperOptions = {},
): Helper | undefined {
  const paths = list.filter((path) => isSource(path) && !isTestOrBuild(path));
  if (paths.length < minFiles) return undefined;
  const texts = SharedTexts.withRoomFor(paths.length, MAX_BYTES);
  const helps = mayHaveParts(list) && processors > 1;
  const worker = startThread(thread, {
    root,
    paths,
    memory: texts.memory,
    maxFileBytes: MAX_FILE_BYTES,
    list: helps ? list : undefined,
  });
  if (worker === undefined) return undefined;
  const gone = new Promise<undefined>((resolve) => {
    worker.once("exit", () => {
      resolve(undefined);
    });
  });
  return {
    ahead: aheadOf(paths, texts),
    async readParts(project, rules, parts, claims) {
      if (!helps) return undefined;
      const sent = await answer(
        { worker, gone, patienceMs },
        { rules: rules.map(({ id }) => id), selection: project.selection, parts, claims: claims.memory },
      );
      return sent && new Map([...sent].map(([at, part]) => [at, receive(part, rules)]));
    },
  };
}

const mayHaveParts = (list: readonly string[]): boolean =>
  list.filter((path) => path.endsWith("package.json")).length > 1;

function startThread(thread: URL, workerData: HelperData): Worker | undefined {
  try {
    // Loaded here, because most projects are small.
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    const worker = new Worker(thread, { workerData, execArgv: [] });
    worker.on("error", () => undefined); // What it did not do is done here.
    worker.unref();
    return worker;
  } catch {
    return undefined; // `node --permission` without --allow-worker
  }
}

interface Asked {
  readonly worker: Worker;
  /** When the thread has ended. */
  readonly gone: Promise<undefined>;
  readonly patienceMs: number;
}

/** Asks the thread; `undefined` when it has ended, or takes too long once this thread has nothing else to do. */
async function answer(
  { worker, gone, patienceMs }: Asked,
  job: Job,
): Promise<ReadonlyMap<number, SentPart> | undefined> {
  const reply = new Promise<ReadonlyMap<number, SentPart>>((resolve) => {
    worker.once("message", resolve);
  });
  worker.postMessage(job, []);
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    late.resolve(undefined);
    void worker.terminate();
  }, patienceMs);
  try {
    return await Promise.race([reply, gone, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
