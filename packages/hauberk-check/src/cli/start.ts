import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import type * as Cli from "./run.ts";
import { ScriptCache } from "./script-cache.ts";

/** Where scripts/bundle.ts puts this file and the scripts it loads: `dist/bundle`. */
const FOLDER = dirname(fileURLToPath(import.meta.url));

/** Loads the command and runs it; the process ends with it. */
export async function start(): Promise<void> {
  // A run ends before its code is hot: the compiler for warm code costs more than it gives.
  // An engine that does not know a flag would say so to the user.
  if (Number.parseInt(process.versions.node, 10) <= 24) setFlagsFromString("--no-maglev");
  const manifest = readFileSync(join(FOLDER, "../../package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  const scripts = new ScriptCache({ folder: FOLDER, version }, cacheFolder());
  const { run } = scripts.load("cli.cjs") as typeof Cli;
  await run(version, () => {
    scripts.keep();
  });
}

/** Not in the temporary folder: who else has an account here could put code there. */
function cacheFolder(): string {
  const { NODE_COMPILE_CACHE: node = "", XDG_CACHE_HOME: user = "" } = process.env;
  return node === "" ? join(user === "" ? join(homedir(), ".cache") : user, "hauberk-check") : node;
}
