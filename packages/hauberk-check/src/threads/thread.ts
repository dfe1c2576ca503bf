import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { loadScripts } from "../cli/scripts.ts";
import type { HelperData, Job } from "./job.ts";
import type * as Parts from "./parts.ts";
import { readAll } from "./reader.ts";
import { aheadOf, SharedTexts } from "./shared-texts.ts";

/** The helping thread: reads ahead, and then looks at the parts that it is given. */
const { root, paths, memory, maxFileBytes, list } = workerData as HelperData;
const texts = new SharedTexts(memory);
readAll(root, paths, texts, maxFileBytes);

if (list !== undefined) {
  parentPort?.once("message", (job: Job) => {
    parentPort?.postMessage(loadParts().doJob(root, list, aheadOf(paths, texts), job), []);
  });
}

/** In the bundle as the command itself is loaded: with the code that V8 made of it in an earlier run. */
function loadParts(): typeof Parts {
  const isSource = import.meta.url.endsWith(".ts");
  const loaded: unknown = isSource
    ? createRequire(import.meta.url)("./parts.ts")
    : loadScripts().scripts.load("parts.cjs");
  return loaded as typeof Parts;
}
