import { assemble, notCheckedOf } from "./engine/assemble.ts";
import { secretPlacesIn } from "./engine/secret-places.ts";
import { discover } from "./files/discover.ts";
import type { ProjectFiles } from "./files/project-files.ts";
import { lookAtSource, lookAtStack, lookLive, type Seen } from "./lenses.ts";
import { Program } from "./model/program.ts";
import type { Report } from "./report/finding.ts";
import { selectRules } from "./select.ts";
import type { LiveOptions } from "./live/probe.ts";
import { applySuppressions, metaRules, today } from "./suppress/apply.ts";
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
  const say = options.onProgress ?? ((): void => undefined);
  const program = new Program(options.source === false ? { ...files, list: [] } : files, {
    ...(options.includeTests === undefined ? {} : { includeTests: options.includeTests }),
    onProgress: (done, total) => {
      if (done > 0 && done % 500 === 0) say(`read ${String(done)} of ${String(total)} sources`);
    },
  });
  const seen: Seen = {
    program,
    files,
    rules,
    say,
    found: [],
    unchecked: [],
    apps: [],
    lenses: [],
    looks: [],
    facts: undefined,
    notAnalysed: [
      ...program.notAnalysed,
      ...[...program.machine.notes].map((reason) => ({ path: ".", reason })),
    ],
  };
  if (options.source !== false) lookAtSource(seen);
  if (options.app !== undefined) await lookAtStack(seen, options.app, options.appTimeoutMs ?? 15_000);
  if (options.live !== undefined) await lookLive(seen, options.live);

  const secretPlaces = secretPlacesIn(program, rules, seen.found);
  const findings = assemble(seen.found, files, secretPlaces, seen);
  const comments = options.source === false ? [] : suppressionsIn(files, files.list);
  const applied = applySuppressions(findings, comments, metaRules(rules), files, options.today ?? today());
  return {
    version: 1,
    root: files.root,
    apps: seen.apps,
    findings: applied.findings,
    notChecked: notCheckedOf(seen.unchecked),
    notAnalysed: seen.notAnalysed,
    secretPlaces,
    suppressed: applied.suppressed,
    baselined: 0,
    rules: rules.length,
    files: program.modules.length,
    lines: program.modules.reduce((sum, module) => sum + module.lines.count, 0),
    lenses: seen.lenses,
  };
}
