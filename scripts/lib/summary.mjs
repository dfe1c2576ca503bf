// @ts-check

/** @typedef {import("./test-runner.mjs").Counts} Counts */
/** @typedef {{ title: string, passed: boolean, ms: number, isTest: boolean, counts?: Counts | undefined }} Outcome */

/**
 * The table at the end of `npm test`, and the count of all tests where every test run came to its end.
 * @param {readonly Outcome[]} outcomes
 * @param {number} totalMs less than the sum of all: some run side by side
 * @returns {string}
 */
export function formatSummary(outcomes, totalMs) {
  const width = Math.max(...outcomes.map(({ title }) => title.length));
  const rows = outcomes.map(({ title, passed, ms, counts }) => {
    const time = `${(ms / 1000).toFixed(1)} s`.padStart(8);
    const note =
      counts === undefined
        ? ""
        : `  ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
    return `  ${passed ? "ok    " : "FAILED"}  ${title.padEnd(width)}  ${time}${note}`;
  });
  const total = `  ${" ".repeat(8 + width)}  ${(totalMs / 1000).toFixed(1).padStart(6)} s`;
  return ["", ...rows, total, "", ...verdict(outcomes), ...closing(outcomes)].join("\n");
}

/**
 * @param {readonly Outcome[]} outcomes
 * @returns {string[]}
 */
function verdict(outcomes) {
  const failed = outcomes.filter(({ passed }) => !passed);
  return failed.length === 0
    ? ["Every step passed."]
    : [`${failed.length} of ${outcomes.length} steps failed: ${failed.map(({ title }) => title).join("; ")}`];
}

/**
 * @param {readonly Outcome[]} outcomes
 * @returns {string[]}
 */
function closing(outcomes) {
  const tests = outcomes.filter(({ isTest }) => isTest);
  if (tests.length === 0) return [];
  const counts = tests.flatMap((outcome) => (outcome.counts === undefined ? [] : [outcome.counts]));
  if (counts.length < tests.length) return ["A test run broke off, so there is no count of all tests."];
  return [
    `${sum(counts.map(({ passed }) => passed))} passed, ${sum(counts.map(({ failed }) => failed))} failed`,
  ];
}

/**
 * @param {readonly number[]} values
 * @returns {number}
 */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
