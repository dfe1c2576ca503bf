import { foreignEncoding, unreadable } from "../files/discover.ts";
import type { Glance } from "../files/glance.ts";
import { isAuxiliary, isSource, isTestOrBuild } from "../files/kinds.ts";
import type { ProjectFiles } from "../files/project-files.ts";
import type { Resolver } from "./resolve.ts";
import { glanceAt } from "./selection.ts";

/** How far above the set-up code an entry point may stand. */
const MAX_IMPORT_ROUNDS = 6;

export interface SelectOptions {
  /** Also look into test folders. @default false */
  readonly includeTests?: boolean;
}

/** Which sources of a project are worth parsing, told from their text alone. */
export interface Selection {
  /** What is parsed, in this order; also what cannot be read, so that it is named. */
  readonly reads: readonly string[];
  /** Those of `reads` that may set up an app or handle a request. */
  readonly relevant: ReadonlySet<string>;
  /** Those that name Express themselves. */
  readonly express: ReadonlySet<string>;
  /** The files that each source imports by a name that stands in its text. */
  readonly imports: ReadonlyMap<string, readonly string[]>;
}

interface Draft {
  readonly reads: string[];
  readonly relevant: Set<string>;
  readonly express: Set<string>;
  readonly imports: Map<string, readonly string[]>;
}

/** Selects the sources of a project; examples only where nothing else names Express. */
export function selectSources(
  files: ProjectFiles,
  resolver: Resolver,
  { includeTests = false }: SelectOptions,
): Selection {
  const draft: Draft = { reads: [], relevant: new Set(), express: new Set(), imports: new Map() };
  const all = files.list.filter(
    (path) => isSource(path) && !/\.min\.[cm]?js$/.test(path) && (includeTests || !isTestOrBuild(path)),
  );
  const main = all.filter((path) => includeTests || !isAuxiliary(path));
  select(draft, main, files, resolver);
  if (main.length < all.length && draft.express.size === 0)
    select(draft, all.filter(isAuxiliary), files, resolver);
  return draft;
}

function select(draft: Draft, sources: readonly string[], files: ProjectFiles, resolver: Resolver): void {
  const seenOf = glances(sources, files);
  for (const path of sources) {
    const seen = seenOf.get(path);
    // Named as not analysed: nobody knows what it would have said.
    if (seen === undefined) {
      draft.reads.push(path);
      continue;
    }
    draft.imports.set(path, filesBehind(seen.specifiers, path, resolver));
    if (!seen.isWorthReading) continue;
    draft.reads.push(path);
    draft.relevant.add(path);
    if (seen.namesExpress && unreadable(files.read(path) ?? "") === undefined) draft.express.add(path);
  }
  addImporters(draft);
}

/** From the end: a thread that reads ahead comes from the beginning, and each reads what the other has not. */
function glances(sources: readonly string[], files: ProjectFiles): ReadonlyMap<string, Glance | undefined> {
  const seen = new Map<string, Glance | undefined>();
  for (const path of sources.toReversed()) seen.set(path, files.glance?.(path) ?? glanceOf(files.read(path)));
  return seen;
}

const glanceOf = (text: string | undefined): Glance | undefined =>
  text === undefined || foreignEncoding(text) !== undefined ? undefined : glanceAt(text);

/** `main.ts` may say no more than `new Server().start()`: what imports set-up code is set-up code. */
function addImporters({ reads, relevant, express, imports }: Draft): void {
  const setUp = new Set(express);
  if (setUp.size === 0) return;
  const waiting = new Map([...imports].filter(([path]) => !setUp.has(path)));
  for (let round = 0; round < MAX_IMPORT_ROUNDS; round += 1) {
    const found = [...waiting].filter(([, files]) => files.some((file) => setUp.has(file)));
    if (found.length === 0) return;
    for (const [path] of found) {
      waiting.delete(path);
      setUp.add(path);
      if (!relevant.has(path)) reads.push(path);
      relevant.add(path);
    }
  }
}

function filesBehind(specifiers: readonly string[], from: string, resolver: Resolver): readonly string[] {
  return specifiers.flatMap((specifier) => {
    const found = resolver.resolve(specifier, from);
    return found.kind === "file" ? [found.path] : [];
  });
}
