import type { CheckOptions } from "./check.ts";
import { assemble, notCheckedOf } from "./engine/assemble.ts";
import { secretPlacesIn } from "./engine/secret-places.ts";
import { traceApps } from "./engine/trace.ts";
import { discover } from "./files/discover.ts";
import { Program } from "./model/program.ts";
import { Project } from "./model/project.ts";
import type { Report } from "./report/finding.ts";
import { readAtHand } from "./stack/at-hand.ts";
import { runStackRules } from "./stack/run.ts";
import { selectRules } from "./select.ts";
import { applySuppressions, metaRules, today } from "./suppress/apply.ts";
import { suppressionsIn } from "./suppress/comments.ts";

/**
 * Judges an Express application in this process, as it is: the real middleware stack with its effective options.
 *
 * Use it in the app's own tests, where the app object is at hand. Middleware that only writes headers is called
 * with a mock request; nothing else of the app runs.
 *
 * @throws {TypeError} when the value is not an Express application.
 */
export async function checkApp(
  app: unknown,
  options: Pick<CheckOptions, "folder" | "files" | "only" | "skip"> = {},
): Promise<Report> {
  const stack = await readAtHand(app);
  const files = options.files ?? discover(options.folder ?? ".");
  const rules = selectRules(options.only, options.skip).filter((rule) => rule.id !== "process/node-env");
  const program = new Program(new Project(files));
  const ran = runStackRules(program, rules, stack, files.root, undefined);
  if (ran === undefined)
    throw new TypeError(`no source of an Express application was found in ${files.root}`);
  const { results, view } = ran;
  // The stack measures secrets and does not know where they stand: the source does.
  const secretPlaces = secretPlacesIn(program, [], []);
  const findings = assemble(results.found, files, secretPlaces);
  // One lens alone cannot say that a comment is stale: what it answers for may be the source's to see.
  const applied = applySuppressions(
    findings,
    suppressionsIn(files, files.list),
    metaRules([]),
    files,
    today(),
  );
  return {
    version: 1,
    root: files.root,
    apps: traceApps([view], "stack"),
    findings: applied.findings,
    notChecked: notCheckedOf(results.unchecked),
    notAnalysed: [...files.skipped, ...program.notAnalysed],
    secretPlaces,
    suppressed: applied.suppressed,
    baselined: 0,
    rules: rules.length,
    files: program.modules.length,
    lines: 0,
    lenses: ["stack"],
  };
}
