import type { RawFinding, RawUnchecked } from "./engine/context.ts";
import type { Looks } from "./engine/disagreement.ts";
import { doubtRouters } from "./engine/doubt-routers.ts";
import { readInParts, type ReadParts } from "./engine/read-parts.ts";
import { secretPlacesIn } from "./engine/secret-places.ts";
import { linesOf, obstaclesOf } from "./engine/source-lens.ts";
import type { Skipped } from "./files/project-files.ts";
import { lookAtSource, lookAtStack, lookLive, type Seen } from "./lenses.ts";
import type { LiveOptions } from "./live/probe.ts";
import { Program } from "./model/program.ts";
import type { Project } from "./model/project.ts";
import type { AppSummary } from "./report/finding.ts";
import type { Lens, Place, Rule } from "./rules/rule.ts";
import { byPlace } from "./sorted.ts";

/** What the lenses saw in a project, before it is put in order for a report. */
export interface Reading {
  readonly found: readonly RawFinding[];
  readonly unchecked: readonly RawUnchecked[];
  readonly apps: readonly AppSummary[];
  readonly lenses: readonly Lens[];
  readonly notAnalysed: readonly Skipped[];
  readonly secretPlaces: readonly Place[];
  /** What a lens may say against another; `undefined` where only one looked. */
  readonly looks: Looks | undefined;
  /** Sources and their lines. */
  readonly files: number;
  readonly lines: number;
}

/** What is asked of the lenses besides the source. */
export interface LensOptions {
  readonly source: boolean;
  readonly app: string | undefined;
  readonly appTimeoutMs: number;
  readonly live: LiveOptions | undefined;
}

type Say = (message: string) => void;

/** Reads the source alone, part by part. */
export async function readSourceAlone(
  project: Project,
  rules: readonly Rule[],
  read: ReadParts,
): Promise<Reading> {
  const seen = await readInParts(project, read);
  const apps = inOrder(seen.flatMap((part) => part.apps));
  const ranks = new Map(project.selection.reads.map((path, i) => [path, i]));
  const rankOf = ({ path }: Skipped): number => ranks.get(path) ?? ranks.size;
  const skipped = seen.flatMap((part) => part.notAnalysed).toSorted((a, b) => rankOf(a) - rankOf(b));
  return {
    found: seen.flatMap((part) => part.found),
    unchecked: [...seen.flatMap((part) => part.unchecked), ...doubtRouters(apps, rules)],
    apps,
    lenses: ["source"],
    notAnalysed: once([...project.files.skipped, ...skipped]),
    secretPlaces: seen.flatMap((part) => part.secretPlaces),
    looks: undefined,
    files: seen.reduce((sum, part) => sum + part.files, 0),
    lines: seen.reduce((sum, part) => sum + part.lines, 0),
  };
}

/** Reads the project as one program, which the lenses compare with what runs. */
export async function readThroughLenses(
  project: Project,
  rules: readonly Rule[],
  options: LensOptions,
  say: Say,
): Promise<Reading> {
  const program = new Program(project, { onRead: sayEvery500(say) });
  const seen: Seen = {
    program,
    files: project.files,
    rules,
    say,
    found: [],
    unchecked: [],
    apps: [],
    lenses: [],
    looks: [],
    facts: undefined,
    notAnalysed: [...project.files.skipped, ...obstaclesOf(program)],
  };
  if (options.source) lookAtSource(seen);
  if (options.app !== undefined) await lookAtStack(seen, options.app, options.appTimeoutMs);
  if (options.live !== undefined) await lookLive(seen, options.live);
  return {
    ...seen,
    looks: seen,
    apps: inOrder(seen.apps),
    secretPlaces: secretPlacesIn(program, rules, seen.found),
    files: program.modules.length,
    lines: linesOf(program),
  };
}

export function sayEvery500(say: Say): (done: number, total: number) => void {
  let said = 0;
  return (done, total) => {
    if (done < said + 500) return;
    said = done - (done % 500);
    say(`read ${String(said)} of ${String(total)} sources`);
  };
}

const LENSES: readonly Lens[] = ["source", "stack", "live"];

/** By lens, apps before the routers that nobody was seen to mount, then by place. */
function inOrder(apps: readonly AppSummary[]): readonly AppSummary[] {
  return apps.toSorted(
    (a, b) =>
      LENSES.indexOf(a.lens) - LENSES.indexOf(b.lens) ||
      Number(b.whole) - Number(a.whole) ||
      byPlace(a.place, b.place),
  );
}

/** Two parts may have spent what reading may cost. */
function once(skipped: readonly Skipped[]): readonly Skipped[] {
  return [...new Map(skipped.map((one) => [`${one.path}\0${one.reason}`, one])).values()];
}
