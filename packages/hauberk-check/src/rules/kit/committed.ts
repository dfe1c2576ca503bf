import { parseIgnore } from "../../files/ignore.ts";
import type { ProjectFiles } from "../../files/project-files.ts";
import { dirname } from "../../files/paths.ts";
import { remembered } from "../../remembered.ts";

interface Repository {
  /** From the project's root to the repository's: "", "../" or "../../". */
  readonly up: string;
  /** From the repository's root to the project's: "", "packages/api/". */
  readonly down: string;
  /** What git tracks; `undefined` for a work tree whose index cannot be read. */
  readonly index: string | undefined;
}

/** A monorepo's packages lie two or three folders below its root; a repository further up is of something else. */
const MAX_UP = 6;

/**
 * Whether git has the file: its index names all that it tracks, in the project's folder or in one above. Without a
 * repository, `.gitignore` says what would be tracked; `undefined` when there is neither.
 */
export function isCommitted(files: ProjectFiles, path: string): boolean | undefined {
  const found = repositoryOf(files);
  if (found?.index !== undefined) return isTracked(found.index, found.down + path);
  const ignored = isIgnored(files, path, found);
  return ignored === undefined ? undefined : !ignored;
}

/** An entry has the length of its path in front of it, one byte that may be a letter or a slash as well. */
function isTracked(index: string, path: string): boolean {
  const before = String.fromCharCode(Math.min(Buffer.byteLength(path), 0xff_fd));
  for (let at = index.indexOf(`${path}\0`); at !== -1; at = index.indexOf(`${path}\0`, at + 1))
    if ([before, "\uFFFD", "\0"].includes(index.charAt(at - 1))) return true;
  return false;
}

const repositoryOf = remembered((files: ProjectFiles): Repository | undefined => {
  const folders = files.root.split(/[\\/]+/).filter((name) => name !== "");
  for (let steps = 0; steps <= Math.min(MAX_UP, folders.length); steps += 1) {
    const up = "../".repeat(steps);
    const below = folders.slice(folders.length - steps);
    const down = below.map((name) => `${name}/`).join("");
    const index = files.read(`${up}.git/index`);
    if (index !== undefined) return { up, down, index };
    const [, elsewhere] = /^gitdir:[ \t]*([^\r\n]+)/.exec(files.read(`${up}.git`) ?? "") ?? [];
    if (elsewhere === undefined) continue;
    const folder = elsewhere.startsWith("/")
      ? "../".repeat(folders.length) + elsewhere.slice(1)
      : up + elsewhere;
    return { up, down, index: files.read(`${folder}/index`) };
  }
  return undefined;
});

/** By each `.gitignore` from the repository's root down to the file's folder; `undefined` where there is none at all. */
function isIgnored(
  files: ProjectFiles,
  path: string,
  { up, down }: Pick<Repository, "up" | "down"> = { up: "", down: "" },
): boolean | undefined {
  const full = down + path;
  // A folder of the project has its path from there, one above it the way up.
  const from = (folder: string): string => {
    const name = folder === "" ? "" : `${folder}/`;
    return name.startsWith(down) ? name.slice(down.length) : up + name;
  };
  const folders = foldersOf(full);
  let isKnown = false;
  for (const folder of folders) {
    const text = files.read(`${from(folder)}.gitignore`);
    if (text === undefined) continue;
    isKnown = true;
    const ignores = parseIgnore(text);
    const inside = full.slice(folder === "" ? 0 : folder.length + 1);
    if (ignores(inside, false) || foldersOf(inside).some((one) => one !== "" && ignores(one, true)))
      return true;
  }
  return isKnown ? false : undefined;
}

/** "", "a" and "a/b" of "a/b/.env". */
function foldersOf(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === "" ? [""] : [...foldersOf(folder), folder];
}
