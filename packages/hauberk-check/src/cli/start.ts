import { setFlagsFromString } from "node:v8";
import type * as Cli from "./run.ts";
import { loadScripts } from "./scripts.ts";

/** Loads the command and runs it; the process ends with it. */
export async function start(): Promise<void> {
  // A run ends before its code is hot: the compiler for warm code costs more than it gives.
  // An engine that does not know a flag would say so to the user.
  if (Number.parseInt(process.versions.node, 10) <= 24) setFlagsFromString("--no-maglev");
  const { scripts, version } = loadScripts();
  const { run } = scripts.load("cli.cjs") as typeof Cli;
  await run(version, () => {
    scripts.keep();
  });
}
