// @ts-check
import { exitWith } from "./failure.mjs";
import { ensureInstalled } from "./install.mjs";
import { root, runtimeEnvironment } from "./paths.mjs";
import { run } from "./processes.mjs";
import { STEPS, chooseSteps } from "./steps.mjs";
import { formatSummary } from "./summary.mjs";
import { ensureSystemTools } from "./system-tools.mjs";
import { HELP, parseTestArguments } from "./test-arguments.mjs";
import { runTests } from "./test-runner.mjs";

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
    const outcomes = await runSteps(steps, runtime, runtimeEnvironment({ ...process.env, ...tools }));
    console.log(formatSummary(outcomes));
    return outcomes.every(({ passed }) => passed) ? 0 : 1;
  });
}

/**
 * Runs every step whatever the ones before it said, so that one run shows all there is to repair.
 * @param {readonly Step[]} steps
 * @param {string} runtime
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<readonly Outcome[]>}
 */
async function runSteps(steps, runtime, env) {
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const step of steps) {
    console.log(`\n== ${step.title}`);
    const startedAt = performance.now();
    const { exitCode, counts } = await runStep(step, runtime, env);
    const ms = performance.now() - startedAt;
    const isTest = step.testFiles !== undefined;
    console.log(`-- ${step.name} ${exitCode === 0 ? "passed" : "FAILED"} after ${(ms / 1000).toFixed(1)} s`);
    outcomes.push({ title: step.title, passed: exitCode === 0, ms, isTest, counts });
  }
  return outcomes;
}

/**
 * @param {Step} step
 * @param {string} runtime
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ exitCode: number, counts?: import("./test-runner.mjs").Counts | undefined }>}
 */
async function runStep(step, runtime, env) {
  if (step.testFiles !== undefined) {
    return runTests(runtime, { files: step.testFiles(), concurrency: step.concurrency ?? 1, env });
  }
  for (const args of step.commands?.() ?? []) {
    const exitCode = await run(runtime, args, { cwd: root, env });
    if (exitCode !== 0) return { exitCode };
  }
  return { exitCode: 0 };
}
