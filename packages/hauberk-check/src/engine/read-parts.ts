import type { Skipped } from "../files/project-files.ts";
import type { Budget } from "../model/budget.ts";
import { Program } from "../model/program.ts";
import type { Project } from "../model/project.ts";
import { partsOf, type Link, type ProjectPart } from "../model/project-parts.ts";
import type { AppSummary } from "../report/finding.ts";
import type { Place, Rule } from "../rules/rule.ts";
import type { RawFinding, RawUnchecked } from "./context.ts";
import { secretPlacesIn } from "./secret-places.ts";
import { settled, settledUnchecked } from "./settle.ts";
import { linesOf, obstaclesOf, readSource } from "./source-lens.ts";

/** What was seen in a part of a project, without the trees it was seen in. */
export interface PartSeen {
  readonly found: readonly RawFinding[];
  readonly unchecked: readonly RawUnchecked[];
  readonly apps: readonly AppSummary[];
  readonly secretPlaces: readonly Place[];
  readonly notAnalysed: readonly Skipped[];
  readonly files: number;
  readonly lines: number;
  /** Sources of other parts that an import led to. */
  readonly strays: readonly string[];
  /** Cookies that guards read and nothing in the part sets. */
  readonly unsetCookies: readonly string[];
}

/** Reads some parts of a project; answers in their order. */
export type ReadParts = (parts: readonly ProjectPart[]) => Promise<readonly PartSeen[]>;

/** Reads one part. */
export function readPart(
  project: Project,
  rules: readonly Rule[],
  part: ProjectPart,
  budget: Budget,
  onRead: () => void,
): PartSeen {
  const { folders, reads, list } = part;
  const own = new Set(folders);
  const owns = (path: string): boolean => own.has(project.packages.folderOf(path));
  const program = new Program(project, { reads, list, owns, budget, onRead });
  const notAnalysed = obstaclesOf(program);
  const { found, unchecked, apps, unread } = readSource(program, rules);
  const name = reads[0] ?? "";
  return {
    found: found.map((one) => settled(one, name)),
    unchecked: unchecked.map(settledUnchecked),
    apps,
    secretPlaces: secretPlacesIn(program, rules, found),
    notAnalysed: [...notAnalysed, ...unread],
    files: program.modules.length,
    lines: linesOf(program),
    strays: [...program.strays],
    unsetCookies: [...program.unsetCookies],
  };
}

/**
 * Reads a project part by part. Each gives its trees back before the next one is parsed: to keep those of a large project
 * costs as much time as to parse half of them. Parts that turn out to lean on each other are read again as one.
 */
export async function readInParts(project: Project, read: ReadParts): Promise<readonly PartSeen[]> {
  const links: Link[] = [];
  const known = new Map<string, PartSeen>();
  for (;;) {
    const parts = partsOf(project, links);
    const fresh = parts.filter((part) => !known.has(keyOf(part)));
    const seen = await read(fresh);
    for (const [i, part] of fresh.entries()) known.set(keyOf(part), seen[i] as PartSeen);
    const more = parts.flatMap((part) => linksOf(part, known.get(keyOf(part)), parts, project));
    if (more.length === 0) return parts.map((part) => known.get(keyOf(part)) as PartSeen);
    links.push(...more);
  }
}

const keyOf = ({ folders }: ProjectPart): string => folders.join("\0");

/** What a part was seen to lean on: a source it loads by a name put together, or a cookie that others may set. */
function linksOf(
  part: ProjectPart,
  seen: PartSeen | undefined,
  parts: readonly ProjectPart[],
  project: Project,
): readonly Link[] {
  const [own = ""] = part.folders;
  const strays = (seen?.strays ?? []).map((path): Link => [own, project.packages.folderOf(path)]);
  const cookies = seen?.unsetCookies ?? [];
  const setters = parts.filter(
    (other) => other !== part && cookies.some((name) => maySet(other, name, project)),
  );
  return [...strays, ...setters.map(({ folders: [folder = ""] }): Link => [own, folder])];
}

/** Whether a part sets cookies and has this name in it; the name may be a constant far from the call. */
function maySet({ reads }: ProjectPart, name: string, { files }: Project): boolean {
  const has = (text: string): boolean => reads.some((path) => files.read(path)?.includes(text) === true);
  return has(".cookie(") && has(name);
}
