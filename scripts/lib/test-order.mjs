// @ts-check
import { availableParallelism } from "node:os";

/** @typedef {import("./test-runner.mjs").Lane} Lane */

/**
 * Those that take longest, the longest first: one that starts last leaves all processors but one with nothing to do. Each
 * run ends with the times of its longest.
 */
const LONGEST = [
  "test/graders/observatory.test.ts",
  "test/deploy/stores.test.ts",
  "packages/hauberk/src/server/workers.test.ts",
  "packages/hauberk-check/src/stack/inspect.test.ts",
  "test/start/skeleton.test.ts",
  "packages/hauberk/src/server/start-failures.test.ts",
  "test/start/options.test.ts",
  "test/faults/session-races.test.ts",
  "skeleton/src/reports/command.test.ts",
  "test/deploy/metrics.test.ts",
  "test/deploy/settings.test.ts",
  "test/faults/gate-login.test.ts",
  "test/deploy/confined.test.ts",
  "test/faults/session-processes.test.ts",
  "packages/hauberk-check/src/stack/stack.test.ts",
  "packages/hauberk/src/session/express-store.test.ts",
  "packages/hauberk/src/server/shutdown.test.ts",
  "packages/hauberk-check/src/stack/options.test.ts",
  "skeleton/src/attachments/routes.test.ts",
  "packages/hauberk/src/server/sockets.test.ts",
  "packages/hauberk-check/src/rules/rules.test.ts",
  "packages/hauberk/src/session/postgres.test.ts",
];

/** Those that wait for clocks, limits and other programs more than they compute: one of them runs beside the others. */
const WAITING = [
  "packages/hauberk-check/src/live/attacks.test.ts",
  "packages/hauberk-check/src/ourselves.test.ts",
  "packages/hauberk-check/src/live/probe.test.ts",
  "packages/hauberk/src/server/tls.test.ts",
  "scripts/tests/test-command.test.ts",
  "test/faults/session-outage.test.ts",
  "packages/hauberk-check/src/report/formats.test.ts",
  "packages/hauberk-check/src/live/https.test.ts",
  "packages/hauberk/src/compat/express-session/races.test.ts",
  "packages/hauberk/src/session/sweeper.test.ts",
  "packages/hauberk/src/session/outage.test.ts",
  "packages/hauberk-check/src/processes/group.test.ts",
  "packages/hauberk/src/session/memory.test.ts",
  "packages/hauberk/src/session/redis-cluster.test.ts",
];

const LONGEST_IN_BROWSERS = ["test/browser/everyday.test.ts"];

/**
 * As many files at a time as there are processors, and one that waits.
 * @param {readonly string[]} files
 * @returns {readonly Lane[]}
 */
export function unitLanes(files) {
  const isWaiting = new Set(WAITING);
  const computing = files.filter((file) => !isWaiting.has(file));
  return [
    { files: startingWith(LONGEST, computing), concurrency: availableParallelism() },
    { files: startingWith(WAITING, files).slice(0, WAITING.length), concurrency: 1 },
  ];
}

/**
 * @param {readonly string[]} files
 * @returns {readonly Lane[]}
 */
export function browserLanes(files) {
  const concurrency = Math.min(4, availableParallelism());
  return [{ files: startingWith(LONGEST_IN_BROWSERS, files), concurrency }];
}

/**
 * @param {readonly string[]} first
 * @param {readonly string[]} files
 * @returns {readonly string[]} all files, those of the list first and in its order
 * @throws {Error} when one of the list is not there: renamed, it would start late, and nobody would see why a run is slow
 */
export function startingWith(first, files) {
  const gone = first.filter((file) => !files.includes(file));
  if (gone.length > 0)
    throw new Error(`scripts/lib/test-order.mjs lists what is no test file: ${gone.join(", ")}`);
  return [...first, ...files.filter((file) => !first.includes(file))];
}
