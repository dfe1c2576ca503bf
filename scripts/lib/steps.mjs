// @ts-check
import { availableParallelism } from "node:os";
import { filesBelow } from "./files.mjs";
import { commandPath } from "./paths.mjs";

/**
 * One line of the summary of `npm test`.
 * @typedef {object} Step
 * @property {string} name
 * @property {string} title
 * @property {readonly string[]} [needs] steps that must have run before
 * @property {() => readonly (readonly string[])[]} [commands] arguments for the repository's Node, one list per run
 * @property {() => readonly string[]} [testFiles] for a step of the test runner instead
 * @property {number} [concurrency] test files at a time
 */

const isTest = (/** @type {string} */ path) => /\.test\.(ts|mts|mjs)$/.test(path);
const isBrowserTest = (/** @type {string} */ path) => path.startsWith("test/browser/");

/** @returns {string[]} */
function unitTestFiles() {
  const folders = ["packages", "skeleton", "test", "scripts", "examples", "bench"];
  return filesBelow(folders).filter((path) => isTest(path) && !isBrowserTest(path));
}

/** @returns {string[]} */
function browserTestFiles() {
  return filesBelow(["test/browser"]).filter(isTest);
}

/**
 * In the order they start: first what looks at the sources, two at a time, the longest first, then the tests.
 * @type {readonly Step[]}
 */
export const STEPS = [
  {
    name: "build",
    title: "build and types (tsc -b), one file of the checker",
    commands: () => [[commandPath("typescript", "tsc"), "-b"], ["packages/hauberk-check/scripts/bundle.ts"]],
  },
  {
    name: "regex",
    title: "no slow regular expressions (recheck)",
    commands: () => [["scripts/check-expressions.ts"]],
  },
  { name: "format", title: "format (oxfmt)", commands: () => [[commandPath("oxfmt"), "--check", "."]] },
  {
    name: "lint",
    title: "lint (oxlint, type-aware)",
    // A file that is built is of no known type before.
    needs: ["build"],
    commands: () => [[commandPath("oxlint"), "--type-aware", "--deny-warnings"]],
  },
  {
    name: "types",
    title: "types of tests, skeleton, bench",
    needs: ["build"],
    commands: () => [[commandPath("typescript", "tsc"), "-p", "tsconfig.test.json"]],
  },
  {
    name: "knip",
    title: "unused files and dependencies (knip)",
    commands: () => [[commandPath("knip"), "--no-progress", "--no-config-hints"]],
  },
  {
    name: "pack",
    title: "packages as published (publint, attw, require)",
    needs: ["build"],
    commands: () => [["scripts/check-packages.ts"]],
  },
  {
    name: "scripts",
    title: "no install scripts in what users install",
    commands: () => [["scripts/check-install-scripts.ts"]],
  },
  {
    name: "hidden",
    title: "no hidden characters in sources",
    commands: () => [["scripts/check-hidden-characters.ts"]],
  },
  {
    name: "unit",
    title: "unit, socket and attack tests",
    testFiles: unitTestFiles,
    // More at a time took as long, and tests of deadlines failed.
    concurrency: availableParallelism(),
  },
  {
    name: "browser",
    title: "browser tests (Chromium)",
    testFiles: browserTestFiles,
    concurrency: Math.min(4, availableParallelism()),
  },
];

/**
 * @param {{ only?: readonly string[], skip?: readonly string[] }} choice step names
 * @param {readonly Step[]} [steps]
 * @returns {readonly Step[]} the steps to run, with those they need
 */
export function chooseSteps({ only = [], skip = [] }, steps = STEPS) {
  const needs = steps.filter((step) => only.includes(step.name)).flatMap((step) => step.needs ?? []);
  const wanted = only.length === 0 ? steps.map((step) => step.name) : [...only, ...needs];
  return steps.filter((step) => wanted.includes(step.name) && !skip.includes(step.name));
}
