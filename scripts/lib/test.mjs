// @ts-check
import { exitWith } from "./failure.mjs";
import { ensureInstalled } from "./install.mjs";
import { root, runtimeEnvironment } from "./paths.mjs";
import { inLanes } from "./lanes.mjs";
import { capture } from "./processes.mjs";
import { STEPS, chooseSteps } from "./steps.mjs";
import { formatSummary } from "./summary.mjs";
import { ensureSystemTools } from "./system-tools.mjs";
import { HELP, parseTestArguments } from "./test-arguments.mjs";
import { runTests } from "./test-runner.mjs";

// Most checks use one processor.
const LANES = 2;

/** @typedef {import("./steps.mjs").Step} Step */
/** @typedef {import("./summary.mjs").Outcome} Outcome */

/** @returns {Promise<void>} */
export function main() {
  return exitWith(async () => {
    const { show, only, skip } = parseTestArguments(process.argv.slice(2));
    if (show !== undefined) {
      console.log(show === "help" ? HELP : STEPS.map(({ name }) => name).join("\n"));
      return 0;
    }
    const steps = chooseSteps({ only, skip });
    const tools = await ensureSystemTools(steps.map(({ name }) => name));
    const runtime = await ensureInstalled();
    const startedAt = performance.now();
    const outcomes = await runSteps(steps, runtime, runtimeEnvironment({ ...process.env, ...tools }));
    console.log(formatSummary(outcomes, performance.now() - startedAt));
    return outcomes.every(({ passed }) => passed) ? 0 : 1;
  });
}

/**
 * Runs every step whatever the ones before it said, so that one run shows all there is to repair. Tests have the machine
 * to themselves.
 * @param {readonly Step[]} steps
 * @param {string} runtime
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<readonly Outcome[]>} in the order of the steps
 */
async function runSteps(steps, runtime, env) {
  const checks = steps.filter((step) => step.testFiles === undefined);
  /** @type {Map<Step, Outcome>} */
  const outcomes = new Map();
  await inLanes(checks, LANES, async (step) => {
    outcomes.set(step, await timed(step, () => runCheck(step, runtime, env)));
  });
  for (const step of steps.filter((each) => !checks.includes(each))) {
    console.log(`\n== ${step.title}`);
    outcomes.set(step, await timed(step, () => runTestStep(step, runtime, env)));
  }
  return steps.flatMap((step) => outcomes.get(step) ?? []);
}

/**
 * @param {Step} step
 * @param {() => Promise<{ exitCode: number, output?: string, counts?: import("./test-runner.mjs").Counts | undefined }>} run
 * @returns {Promise<Outcome>}
 */
async function timed(step, run) {
  const startedAt = performance.now();
  const { exitCode, output, counts } = await run();
  const ms = performance.now() - startedAt;
  // What a check prints would be mixed with what runs beside it.
  if (output !== undefined) console.log(`\n== ${step.title}\n${output.trimEnd()}`);
  console.log(`-- ${step.name} ${exitCode === 0 ? "passed" : "FAILED"} after ${(ms / 1000).toFixed(1)} s`);
  return { title: step.title, passed: exitCode === 0, ms, isTest: output === undefined, counts };
}

/**
 * @param {Step} step
 * @param {string} runtime
 * @param {NodeJS.ProcessEnv} env
 */
function runTestStep(step, runtime, env) {
  const files = step.testFiles?.() ?? [];
  return runTests(runtime, { files, concurrency: step.concurrency ?? 1, env });
}

/**
 * @param {Step} step
 * @param {string} runtime
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ exitCode: number, output: string }>}
 */
async function runCheck(step, runtime, env) {
  let output = "";
  for (const args of step.commands?.() ?? []) {
    const ended = await capture(runtime, args, { cwd: root, env });
    output += ended.output;
    if (ended.exitCode !== 0) return { exitCode: ended.exitCode, output };
  }
  return { exitCode: 0, output };
}
