import type * as Cli from "./run.ts";
import { compileForOneRun } from "./compilers.ts";
import { loadScripts } from "./scripts.ts";
import { keepYoungGenerationSmall, takeBackGenerations } from "./generations.ts";

/** Loads the command and runs it; the process ends with it. */
export async function start(): Promise<void> {
  compileForOneRun();
  keepYoungGenerationSmall();
  const { scripts, version } = loadScripts();
  const { run } = scripts.load("cli.cjs") as typeof Cli;
  await run(version, () => {
    takeBackGenerations();
    scripts.keep();
  });
}
