import { resolve } from "node:path";
import { assemble, notCheckedOf } from "./engine/assemble.ts";
import { joinLenses } from "./engine/join.ts";
import { runSourceRules, type RawFinding, type RawUnchecked } from "./engine/run-rules.ts";
import { traceApps } from "./engine/trace.ts";
import { viewsOf } from "./engine/views.ts";
import { discover } from "./files/discover.ts";
import type { ProjectFiles, Skipped } from "./files/project-files.ts";
import { Program } from "./model/program.ts";
import type { AppSummary, Report } from "./report/finding.ts";
import { RULES } from "./rules/registry.ts";
import { selectRules } from "./select.ts";
import type { Lens, Rule } from "./rules/rule.ts";
import type { LiveOptions } from "./live/probe.ts";
import { applySuppressions } from "./suppress/apply.ts";
import { suppressionsIn } from "./suppress/comments.ts";

export interface CheckOptions {
  /** Folder to read. @default the current directory */
  readonly folder?: string;
  /** Files to read instead of a folder. */
  readonly files?: ProjectFiles;
  /** Ids or groups (`session`) to run; all others are left out. */
  readonly only?: readonly string[];
  /** Ids or groups to leave out. */
  readonly skip?: readonly string[];
  /** Also look into test folders. @default false */
  readonly includeTests?: boolean;
  /** Module that exports the app or makes it listen: switches the stack lens on. */
  readonly app?: string;
  /** Switches the live lens on. */
  readonly live?: LiveOptions;
  /** Time for loading the app, in milliseconds. @default 15_000 */
  readonly appTimeoutMs?: number;
  /** Switches the source lens off, when one of the other two is asked for. @default true */
  readonly source?: boolean;
  /** Today as YYYY-MM-DD, for suppressions that expire. */
  readonly today?: string;
  readonly onProgress?: (message: string) => void;
}

/** Reads an Express application through the lenses asked for. Never throws for what it finds in the application. */
export async function check(options: CheckOptions = {}): Promise<Report> {
  const files = options.files ?? discover(options.folder ?? ".");
  const rules = selectRules(options.only, options.skip);
  const found: RawFinding[] = [];
  const unchecked: RawUnchecked[] = [];
  const apps: AppSummary[] = [];
  const lenses: Lens[] = [];
  const notAnalysed: Skipped[] = [];
  const say = options.onProgress ?? ((): void => undefined);

  const program = new Program(options.source === false ? { ...files, list: [] } : files, {
    ...(options.includeTests === undefined ? {} : { includeTests: options.includeTests }),
    onProgress: (done, total) => {
      if (done > 0 && done % 500 === 0) say(`read ${String(done)} of ${String(total)} sources`);
    },
  });
  notAnalysed.push(
    ...program.notAnalysed,
    ...[...program.machine.notes].map((reason) => ({ path: ".", reason })),
  );
  if (options.source !== false) {
    lenses.push("source");
    const views = viewsOf(program);
    const results = runSourceRules(program, rules, views);
    found.push(...results.found);
    unchecked.push(...results.unchecked);
    apps.push(...traceApps(views, "source"));
  }
  if (options.app !== undefined) {
    lenses.push("stack");
    say(`loading ${options.app} without letting it listen`);
    // Loaded when asked for: most runs read the source alone.
    const [{ inspectApp }, { runStackRules }] = await Promise.all([
      import("./stack/inspect.ts"),
      import("./stack/run.ts"),
    ]);
    const inspected = await inspectApp(files.root, options.app, options.appTimeoutMs ?? 15_000);
    if (!inspected.ok) notAnalysed.push({ path: options.app, reason: inspected.reason });
    else {
      const stack = runStackRules(
        program,
        rules,
        inspected.app,
        files.root,
        resolve(files.root, options.app),
      );
      if (stack === undefined)
        notAnalysed.push({
          path: options.app,
          reason: "nothing in the app that was loaded comes from this folder",
        });
      else {
        const joined = joinLenses({ found, unchecked }, { lens: "stack", ...stack });
        found.splice(0, found.length, ...joined.found);
        unchecked.splice(0, unchecked.length, ...joined.unchecked);
        apps.push(...traceApps([stack.view], "stack"));
      }
    }
  }
  if (options.live !== undefined) {
    lenses.push("live");
    const [{ probe }, { runLiveRules }] = await Promise.all([
      import("./live/probe.ts"),
      import("./live/run.ts"),
    ]);
    const probed = await probe(options.live, say);
    if (!probed.ok) notAnalysed.push({ path: probed.target, reason: probed.reason });
    else {
      const live = runLiveRules(rules, probed.facts);
      found.push(...live.found);
      unchecked.push(...live.unchecked);
      notAnalysed.push(...probed.facts.failures.map((reason) => ({ path: probed.facts.origin, reason })));
      apps.push({ place: undefined, express: 0, lens: "live", routes: [] });
    }
  }

  const findings = assemble(found, files);
  const comments = options.source === false ? [] : suppressionsIn(files, files.list);
  const applied = applySuppressions(
    findings,
    comments,
    metaRules(rules),
    files,
    options.today ?? new Date().toISOString().slice(0, 10),
  );
  return {
    version: 1,
    root: files.root,
    apps,
    findings: applied.findings,
    notChecked: notCheckedOf(unchecked),
    notAnalysed,
    suppressed: applied.suppressed,
    baselined: 0,
    rules: rules.length,
    files: program.modules.length,
    lines: program.modules.reduce((sum, module) => sum + (module.ast.loc?.end.line ?? 0), 0),
    lenses,
  };
}

function metaRules(rules: readonly Rule[]): { unused: Rule; noReason: Rule; ran: ReadonlySet<string> } {
  const unused = RULES.find((rule) => rule.id === "meta/unused-suppression");
  const noReason = RULES.find((rule) => rule.id === "meta/suppression-without-reason");
  if (unused === undefined || noReason === undefined)
    throw new Error("the meta rules are missing from the registry");
  return { unused, noReason, ran: new Set(rules.map((rule) => rule.id)) };
}
