// @ts-check
// Runs test files in the order they are given, which `node --test` does not: it sorts them by name. Sets of files run
// beside each other, with one report for all. Its argument is JSON; the counts of all results go to a file.
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { spec as Spec } from "node:test/reporters";

const SLOWEST = 12;

/** @typedef {{ files: readonly string[], concurrency: number }} Lane */
/** @typedef {{ type: string, data: { file?: string, duration_ms?: number, success?: boolean, counts?: Record<string, number> } }} TestEvent */

const { lanes, timeoutMs, countsFile } =
  /** @type {{ lanes: readonly Lane[], timeoutMs: number, countsFile: string }} */ (
    JSON.parse(process.argv[2] ?? "{}")
  );

const report = new PassThrough({ objectMode: true });
report.pipe(new Spec()).pipe(process.stdout);
/** @type {Map<string, number>} */
const seconds = new Map();
const ends = await Promise.all(lanes.map(runLane));
const success = ends.every((end) => end?.success === true);
report.end({ type: "test:summary", data: { success, counts: {}, duration_ms: 0 } });
await finished(report);
const slowest = [...seconds].toSorted(([, left], [, right]) => right - left).slice(0, SLOWEST);
for (const [file, took] of slowest) console.log(`${took.toFixed(1).padStart(7)} s  ${file}`);
// A lane without an end never ran some of its files: then there is no count of all.
if (ends.every((end) => end !== undefined))
  writeFileSync(countsFile, JSON.stringify(addUp(ends.map((end) => end?.counts ?? {}))));
process.exitCode = success ? 0 : 1;

/**
 * @param {Lane} lane
 * @returns {Promise<TestEvent["data"] | undefined>} its summary; undefined when it broke off
 */
async function runLane({ files, concurrency }) {
  /** @type {TestEvent["data"] | undefined} */
  let end;
  for await (const event of run({ files: [...files], concurrency, timeout: timeoutMs })) {
    const { type, data } = /** @type {TestEvent} */ (event);
    // One summary per file carries the file's name; the one without is the lane's, at which failures would be listed.
    if (type === "test:summary" && data.file === undefined) end = data;
    else report.write(event);
    if (type === "test:summary" && data.file !== undefined)
      seconds.set(relative(process.cwd(), data.file), (data.duration_ms ?? 0) / 1000);
  }
  return end;
}

/**
 * @param {readonly Record<string, number>[]} all
 * @returns {Record<string, number>}
 */
function addUp(all) {
  /** @type {Record<string, number>} */
  const total = {};
  for (const counts of all)
    for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count;
  return total;
}
