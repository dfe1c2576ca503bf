import { isAuxiliary, isTemplate, isTestOrBuild } from "../files/kinds.ts";
import type { Project } from "./project.ts";
import { partition } from "./partition.ts";

/** Packages of a project that share no source with the others: what one does is not seen by another. */
export interface ProjectPart {
  /** Folders of its packages, which are what it is known by. */
  readonly folders: readonly string[];
  /** The sources to parse, in this order. */
  readonly reads: readonly string[];
  /** All its files, for the rules that look at files. */
  readonly list: readonly string[];
}

/** Folders of two packages that belong together. */
export type Link = readonly [from: string, to: string];

/**
 * Takes a project apart: a package, with all that import it or are imported by it, is a part. What is in doubt stays
 * together; `found` are links that reading it showed.
 */
export function partsOf(project: Project, found: readonly Link[] = []): readonly ProjectPart[] {
  const folderOf = (path: string): string => project.packages.folderOf(path);
  const { imports, express, reads } = project.selection;
  const folders = new Set(project.files.list.map(folderOf));
  const links: Link[] = [...found];
  for (const [path, files] of imports) for (const file of files) links.push([folderOf(path), folderOf(file)]);
  const groups = partition(folders, links);
  const homes = [...express].map(folderOf);
  const whole = lonelyTemplates(project, groups, homes).flatMap((folder) =>
    homes.map((home): Link => [folder, home]),
  );
  return collect(
    reads,
    project.files.list,
    folderOf,
    whole.length === 0 ? groups : partition(folders, [...links, ...whole]),
  );
}

/** Packages with templates, in groups without an app: any app of the project may render them. */
function lonelyTemplates(
  project: Project,
  groups: ReadonlyMap<string, string>,
  homes: readonly string[],
): readonly string[] {
  const withApp = new Set(homes.map((folder) => groups.get(folder)));
  const folders = project.files.list
    .filter((path) => isTemplate(path) && !isTestOrBuild(path) && !isAuxiliary(path))
    .map((path) => project.packages.folderOf(path));
  return [...new Set(folders)].filter((folder) => !withApp.has(groups.get(folder)));
}

/** Files of a group in which nothing is parsed go to the first part: no rule about files asks whose they are. */
function collect(
  reads: readonly string[],
  list: readonly string[],
  folderOf: (path: string) => string,
  groups: ReadonlyMap<string, string>,
): readonly ProjectPart[] {
  const parts = new Map<string, { folders: string[]; reads: string[]; list: string[] }>();
  const groupOf = (path: string): string => groups.get(folderOf(path)) ?? "";
  for (const path of reads) {
    const group = groupOf(path);
    const part = parts.get(group);
    if (part === undefined) parts.set(group, { folders: [], reads: [path], list: [] });
    else part.reads.push(path);
  }
  const [first = { folders: [], reads: [], list: [] }] = parts.values();
  for (const path of list) (parts.get(groupOf(path)) ?? first).list.push(path);
  for (const [folder, group] of groups) (parts.get(group) ?? first).folders.push(folder);
  return parts.size === 0 ? [first] : [...parts.values()];
}
