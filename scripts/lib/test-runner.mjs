// @ts-check
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./paths.mjs";
import { run } from "./processes.mjs";

// Longer than any honest test: ends a run that would otherwise hang for ever.
const TEST_TIMEOUT_MS = 300_000;
const runTestFiles = fileURLToPath(new URL("run-test-files.mjs", import.meta.url));
const endAfterTests = new URL("end-after-tests.mjs", import.meta.url).href;

/** Test files are started with those of the program that starts them. */
const FLAGS = ["--conditions=source", "--disable-warning=ExperimentalWarning", `--import=${endAfterTests}`];

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * Test files in the order they start.
 * @typedef {object} Lane
 * @property {readonly string[]} files
 * @property {number} concurrency files at a time
 */

/**
 * Runs test files with Node's test runner; its own report goes to this terminal.
 * @param {string} runtime
 * @param {{ lanes: readonly Lane[], env: NodeJS.ProcessEnv }} options lanes run beside each other
 * @returns {Promise<{ exitCode: number, counts: Counts | undefined }>} no counts: the run broke off
 */
export async function runTests(runtime, { lanes, env }) {
  const busy = lanes.filter(({ files }) => files.length > 0);
  if (busy.length === 0) {
    console.error("No test files found: a step that tests nothing does not pass.");
    return { exitCode: 1, counts: undefined };
  }
  const folder = mkdtempSync(join(tmpdir(), "hauberk-test-"));
  const countsFile = join(folder, "counts.json");
  try {
    const what = JSON.stringify({ lanes: busy, timeoutMs: TEST_TIMEOUT_MS, countsFile });
    const exitCode = await run(runtime, [...FLAGS, runTestFiles, what], { cwd: root, env });
    return { exitCode, counts: readCounts(countsFile) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} file
 * @returns {Counts | undefined}
 */
function readCounts(file) {
  try {
    const { tests, passed, skipped, todo } =
      /** @type {{ passed: number, skipped: number, todo: number, tests: number }} */ (
        JSON.parse(readFileSync(file, "utf8"))
      );
    return { passed, failed: tests - passed - skipped - todo, skipped: skipped + todo };
  } catch {
    return undefined;
  }
}
