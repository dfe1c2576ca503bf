import { lstatSync } from "node:fs";
import { join } from "node:path";
import { filesBelow, type Wanted } from "./below.ts";
import { parseIgnore } from "./ignore.ts";
import { unreadable } from "./discover.ts";
import { BUILT_FOLDERS, isSource, SKIPPED_FOLDERS } from "./kinds.ts";
import type { ProjectFiles, Skipped } from "./project-files.ts";

/** A build of a server has some hundred files; what is larger holds other people's code as well. */
const MAX_FILES = 3_000;
const MAX_DEPTH = 12;

export interface Built {
  readonly files: ProjectFiles;
  /** `dist`, by which the report says what was read. */
  readonly folders: readonly string[];
}

/**
 * The project with what its build wrote, for one whose sources have no app: a published package often has nothing else. Not where
 * `.gitignore` says that it is made anew from sources that are there, and neither bundles nor minified code.
 */
export function builtFiles(files: ProjectFiles): Built | undefined {
  const ignored = parseIgnore(files.read(".gitignore") ?? "");
  const folders = BUILT_FOLDERS.filter((one) => isOwnFolder(join(files.root, one)) && !ignored(one, true));
  const skipped: Skipped[] = [];
  const list = folders.flatMap((one) => filesBelow(files.root, one, OF_BUILDS, skipped));
  if (list.length === 0 || list.length > MAX_FILES) return undefined;
  const texts = new Map(list.map((path) => [path, files.read(path) ?? ""]));
  const readable = onceEach(list).filter((path) => isReadable(texts.get(path) ?? ""));
  if (!readable.some((path) => EXPRESS.test(texts.get(path) ?? ""))) return undefined;
  return {
    files: {
      ...files,
      list: [...files.list, ...readable].toSorted(),
      skipped: [...files.skipped, ...skipped],
    },
    folders,
  };
}

const EXPRESS = /["']express["']/;

/** What packs packages together leaves its own words in what it writes. */
const BUNDLE = /\b__webpack_(?:require|modules)__|\b__commonJS(?:Min)?\s?\(|^\/\/ (?:\.\.\/)*node_modules\//m;

const isReadable = (text: string): boolean => unreadable(text) === undefined && !BUNDLE.test(text);

const OF_BUILDS: Wanted = {
  enters: (_, name) => !SKIPPED_FOLDERS.has(name) || BUILT_FOLDERS.includes(name),
  wants: isSource,
  maxFiles: MAX_FILES + 1,
  maxDepth: MAX_DEPTH,
};

/** A script may be called `build`, and a link may lead anywhere. */
const isOwnFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** A build for `require` and one for `import` are the same code twice. */
function onceEach(list: readonly string[]): readonly string[] {
  const all = new Set(list);
  const hasCommon = list.some((path) => /\/(?:cjs|commonjs)\//.test(path));
  return list.filter(
    (path) =>
      !(hasCommon && /\/(?:esm?|module|mjs)\//.test(path)) &&
      !(path.endsWith(".mjs") && (all.has(`${path.slice(0, -4)}.js`) || all.has(`${path.slice(0, -4)}.cjs`))),
  );
}
