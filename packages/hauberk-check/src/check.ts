import { assemble, notCheckedOf } from "./engine/assemble.ts";
import { discover } from "./files/discover.ts";
import type { ProjectFiles } from "./files/project-files.ts";
import { Project } from "./model/project.ts";
import { readSourceAlone, readThroughLenses, sayEvery500 } from "./reading.ts";
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
  const { source = true, app, live, appTimeoutMs = 15_000, includeTests = false } = options;
  const project = new Project(source ? files : { ...files, list: [] }, { includeTests });
  const reading =
    source && app === undefined && live === undefined
      ? readSourceAlone(project, rules, countReads(project, say))
      : await readThroughLenses(project, rules, { source, app, appTimeoutMs, live }, say);

  const findings = assemble(reading.found, files, reading.secretPlaces, reading.looks);
  const comments = source ? suppressionsIn(files, files.list) : [];
  const applied = applySuppressions(findings, comments, metaRules(rules), files, options.today ?? today());
  return {
    version: 1,
    root: files.root,
    apps: reading.apps,
    findings: applied.findings,
    notChecked: notCheckedOf(reading.unchecked),
    notAnalysed: reading.notAnalysed,
    secretPlaces: reading.secretPlaces,
    suppressed: applied.suppressed,
    baselined: 0,
    rules: rules.length,
    files: reading.files,
    lines: reading.lines,
    lenses: reading.lenses,
  };
}

function countReads(project: Project, say: (message: string) => void): () => void {
  const onRead = sayEvery500(say);
  let done = 0;
  return () => {
    done += 1;
    onRead(done, project.selection.reads.length);
  };
}
