import { assemble, notCheckedOf } from "./engine/assemble.ts";
import { builtFiles } from "./files/built.ts";
import { discover } from "./files/discover.ts";
import type { ProjectFiles } from "./files/project-files.ts";
import { Project } from "./model/project.ts";
import { readSourceAlone, readThroughLenses, sayEvery500, type Reading } from "./reading.ts";
import type { Rule } from "./rules/rule.ts";
import type { Report } from "./report/finding.ts";
import { selectRules } from "./select.ts";
import type { LiveOptions } from "./live/probe.ts";
import { applySuppressions, metaRules, today } from "./suppress/apply.ts";
import { suppressionsIn } from "./suppress/comments.ts";
import type { Helper } from "./threads/helper.ts";
import { readShared } from "./threads/read-shared.ts";

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
export function check(options: CheckOptions = {}): Promise<Report> {
  return checkWith(options, undefined);
}

/** As `check`, with a second thread where the caller has one: the command starts it for large projects. */
export async function checkWith(options: CheckOptions, helper: Helper | undefined): Promise<Report> {
  const listed = options.files ?? discover(options.folder ?? ".");
  const rules = selectRules(options.only, options.skip);
  const say = options.onProgress ?? ((): void => undefined);
  const { source = true, app, live, appTimeoutMs = 15_000, includeTests = false } = options;
  const { files, reading } =
    source && app === undefined && live === undefined
      ? await readSource(listed, { rules, includeTests, say, helper })
      : {
          files: listed,
          reading: await readThroughLenses(
            new Project(source ? listed : { ...listed, list: [] }, { includeTests }),
            rules,
            { source, app, appTimeoutMs, live },
            say,
          ),
        };

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

interface SourceRead {
  readonly files: ProjectFiles;
  readonly reading: Reading;
}

interface ReadOptions {
  readonly rules: readonly Rule[];
  readonly includeTests: boolean;
  readonly say: (message: string) => void;
  readonly helper: Helper | undefined;
}

/** The sources, and where these have no app what a build wrote, which is all that many a published package has. */
async function readSource(
  files: ProjectFiles,
  { rules, includeTests, say, helper }: ReadOptions,
): Promise<SourceRead> {
  const read = (one: ProjectFiles, helping: Helper | undefined): Promise<Reading> => {
    const project = new Project(one, { includeTests });
    return readSourceAlone(project, rules, readShared(project, rules, helping, countReads(project, say)));
  };
  const reading = await read(files, helper);
  const built = reading.apps.length === 0 ? builtFiles(files) : undefined;
  if (built === undefined) return { files, reading };
  const again = await read(built.files, undefined);
  if (again.apps.length === 0) return { files, reading };
  const notes = built.folders.map((path) => ({
    path,
    reason: BUILT,
  }));
  return { files: built.files, reading: { ...again, notAnalysed: [...again.notAnalysed, ...notes] } };
}

/** Behind "dist: not analysed, ". */
const BUILT = "what it was built of, which is not here; the built code itself was read";

function countReads(project: Project, say: (message: string) => void): (done: number) => void {
  const onRead = sayEvery500(say);
  return (done) => {
    onRead(done, project.selection.reads.length);
  };
}
