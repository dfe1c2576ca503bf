import { setFlagsFromString } from "node:v8";
import type * as Cli from "./run.ts";
import { loadScripts } from "./scripts.ts";

/** What V8 does otherwise for a run that ends before its code is hot, and touches each page of memory once. */
const FLAGS: readonly string[] = [
  // The compiler for warm code costs more than it gives.
  "--no-maglev",
  // The young generation stays at 1 MB, which is used again and again: each page that is new is a fault of the processor.
  "--semi-space-growth-factor=1",
];

/** Loads the command and runs it; the process ends with it. */
export async function start(): Promise<void> {
  // An engine that does not know a flag would say so to the user.
  if (Number.parseInt(process.versions.node, 10) <= 24) for (const flag of FLAGS) setFlagsFromString(flag);
  const { scripts, version } = loadScripts();
  const { run } = scripts.load("cli.cjs") as typeof Cli;
  await run(version, () => {
    scripts.keep();
  });
}
