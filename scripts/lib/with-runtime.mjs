// @ts-check
import { Failure, exitWith } from "./failure.mjs";
import { ensureInstalled } from "./install.mjs";
import { runtimeEnvironment } from "./paths.mjs";
import { run } from "./processes.mjs";

/** @returns {Promise<void>} */
export function main() {
  return exitWith(async () => {
    const args = process.argv.slice(2);
    if (args.length === 0) {
      throw new Failure("SCRIPT_MISSING", {
        what: "with-runtime.mjs was called without a file to run.",
        why: "it runs one TypeScript file on the repository's own Node.",
        fix: "name the file: node scripts/with-runtime.mjs bench/run.ts",
      });
    }
    const runtime = await ensureInstalled();
    const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning"];
    return run(runtime, [...flags, ...args], { env: runtimeEnvironment() });
  });
}
