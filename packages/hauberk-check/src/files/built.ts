import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseIgnore } from "./ignore.ts";
import { unreadable } from "./discover.ts";
import { BUILT_FOLDERS, isSource, SKIPPED_FOLDERS } from "./kinds.ts";
import type { ProjectFiles } from "./project-files.ts";

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
  const folders = BUILT_FOLDERS.filter((one) => existsSync(join(files.root, one)) && !ignored(one, true));
  const list = folders.flatMap((one) => sourcesBelow(files.root, one, 0));
  if (list.length === 0 || list.length > MAX_FILES) return undefined;
  const texts = new Map(list.map((path) => [path, files.read(path) ?? ""]));
  const readable = onceEach(list).filter((path) => isReadable(texts.get(path) ?? ""));
  if (!readable.some((path) => EXPRESS.test(texts.get(path) ?? ""))) return undefined;
  return { files: { ...files, list: [...files.list, ...readable].toSorted() }, folders };
}

const EXPRESS = /["']express["']/;

/** What packs packages together leaves its own words in what it writes. */
const BUNDLE = /\b__webpack_(?:require|modules)__|\b__commonJS(?:Min)?\s?\(|^\/\/ (?:\.\.\/)*node_modules\//m;

const isReadable = (text: string): boolean => unreadable(text) === undefined && !BUNDLE.test(text);

function sourcesBelow(root: string, folder: string, depth: number): readonly string[] {
  if (depth > MAX_DEPTH) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory())
      return SKIPPED_FOLDERS.has(entry.name) && !BUILT_FOLDERS.includes(entry.name)
        ? []
        : sourcesBelow(root, path, depth + 1);
    return entry.isFile() && isSource(path) ? [path] : [];
  });
}

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
