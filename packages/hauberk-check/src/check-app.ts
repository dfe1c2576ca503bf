import type { CheckOptions } from "./check.ts";
import { assemble, notCheckedOf } from "./engine/assemble.ts";
import { traceApps } from "./engine/trace.ts";
import { discover } from "./files/discover.ts";
import { Program } from "./model/program.ts";
import type { Report } from "./report/finding.ts";
import { readApp } from "./stack/read-app.ts";
import { runStackRules } from "./stack/run.ts";
import { selectRules } from "./select.ts";

/**
 * Judges an Express application in this process, as it is: the real middleware stack with its effective options.
 *
 * Use it in the app's own tests, where the app object is at hand. It never calls the app's own functions.
 *
 * @throws {TypeError} when the value is not an Express application.
 */
export async function checkApp(
  app: unknown,
  options: Pick<CheckOptions, "folder" | "files" | "only" | "skip"> = {},
): Promise<Report> {
  const stack = readApp(app, false);
  const files = options.files ?? discover(options.folder ?? ".");
  const rules = selectRules(options.only, options.skip).filter((rule) => rule.id !== "process/node-env");
  const program = new Program(files);
  const { results, view } = runStackRules(program, rules, stack, files.root);
  return Promise.resolve({
    version: 1,
    root: files.root,
    apps: traceApps([view], "stack"),
    findings: assemble(results.found, files),
    notChecked: notCheckedOf(results.unchecked),
    notAnalysed: program.notAnalysed,
    suppressed: 0,
    baselined: 0,
    rules: rules.length,
    files: program.modules.length,
    lines: 0,
    lenses: ["stack"],
  });
}
