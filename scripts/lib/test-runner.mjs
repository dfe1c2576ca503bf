// @ts-check
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./paths.mjs";
import { run } from "./processes.mjs";

// Longer than any honest test: ends a run that would otherwise hang for ever.
const TEST_TIMEOUT_MS = 300_000;
const countReporter = fileURLToPath(new URL("count-reporter.mjs", import.meta.url));
const endAfterTests = new URL("end-after-tests.mjs", import.meta.url).href;

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * Runs test files with Node's test runner; its own report goes to this terminal.
 * @param {string} runtime
 * @param {{ files: readonly string[], concurrency: number, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ exitCode: number, counts: Counts | undefined }>} no counts: the run broke off
 */
export async function runTests(runtime, { files, concurrency, env }) {
  if (files.length === 0) {
    console.error("No test files found: a step that tests nothing does not pass.");
    return { exitCode: 1, counts: undefined };
  }
  const folder = mkdtempSync(join(tmpdir(), "hauberk-test-"));
  const countsFile = join(folder, "counts.json");
  try {
    const exitCode = await run(runtime, [...flags(concurrency, countsFile), ...files], { cwd: root, env });
    return { exitCode, counts: readCounts(countsFile) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {number} concurrency
 * @param {string} countsFile
 * @returns {string[]}
 */
function flags(concurrency, countsFile) {
  return [
    "--conditions=source",
    "--disable-warning=ExperimentalWarning",
    "--test",
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    `--import=${endAfterTests}`,
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    `--test-reporter=${countReporter}`,
    `--test-reporter-destination=${countsFile}`,
  ];
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
