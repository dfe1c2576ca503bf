import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { filesBelow, isFolder } from "./below.ts";
import { isOfInterest, isSource, SKIPPED_FOLDERS } from "./kinds.ts";
import type { Glance } from "./glance.ts";
import { parseIgnore } from "./ignore.ts";
import type { ProjectFiles, Skipped } from "./project-files.ts";

const MAX_FILES = 50_000;
const MAX_DEPTH = 40;
/** A source larger than this is a bundle or data, and one of them would cost as much as the rest of the project. */
const MAX_SOURCE_BYTES = 1_000_000;
/** Texts are asked for again by suppressions and code frames; what is above this is read again from the disk. */
const MAX_KEPT_CHARACTERS = 64_000_000;

export class MissingFolder extends Error {
  readonly folder: string;
  constructor(folder: string) {
    super(`${folder} is not a folder that can be read`);
    this.folder = folder;
  }
}

/** Files of the list that were read before they were asked for; `undefined` for one that was not. */
export interface Ahead {
  text(path: string): string | undefined;
  glance(path: string): Glance | undefined;
}

/** Starts to read the files of a list before they are asked for. */
type StartAhead = (root: string, list: readonly string[]) => Ahead | undefined;

/** Lists the files of interest below a folder. Symbolic links are never followed, so no loop can catch it. */
export function discover(
  folder: string,
  maxFiles: number = MAX_FILES,
  startAhead: StartAhead = () => undefined,
): ProjectFiles {
  const root = resolve(folder);
  if (!isFolder(root)) throw new MissingFolder(folder);
  const skipped: Skipped[] = [];
  const ignored = parseIgnore(readText(join(root, ".gitignore")) ?? "");
  const list = filesBelow(
    root,
    "",
    {
      enters: (path, name) => !SKIPPED_FOLDERS.has(name) && !ignored(path, true),
      wants: (path) => isOfInterest(path) && !(isSource(path) && ignored(path, false)),
      maxFiles,
      maxDepth: MAX_DEPTH,
    },
    skipped,
  );
  return filesOf(root, list, skipped, startAhead(root, list));
}

/** Files of a folder, read when they are asked for; `ahead` may have some of them by then. */
export function filesOf(
  root: string,
  list: readonly string[],
  skipped: readonly Skipped[],
  ahead: Ahead | undefined,
): ProjectFiles {
  const cache = new Map<string, string | undefined>();
  let room = MAX_KEPT_CHARACTERS;
  return {
    root,
    list,
    skipped,
    read(path) {
      if (cache.has(path)) return cache.get(path);
      const text = ahead?.text(path) ?? readText(join(root, path));
      // Templates are asked for by several rules and for each app, sources twice.
      const size = isSource(path) ? (text?.length ?? 0) : 0;
      if (size > room) return text;
      room -= size;
      cache.set(path, text);
      return text;
    },
    has: (path) => existsSync(join(root, path)),
    glance: (path) => ahead?.glance(path),
  };
}

function readText(path: string): string | undefined {
  try {
    // Most paths asked for below node_modules do not exist, and an error costs more than the look itself.
    const found = statSync(path, { throwIfNoEntry: false });
    // Reading a pipe waits for whoever writes into it, and a device has no end.
    if (found?.isFile() !== true || found.size > MAX_SOURCE_BYTES * 20) return undefined;
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Behind "x.js: not analysed, ", for what is there and gives no text. */
export const UNREADABLE: string = `cannot be read (no permission, or larger than ${String((MAX_SOURCE_BYTES * 20) / 1_000_000)} MB)`;

/** Why a source is not worth parsing, or `undefined` when it is. */
export function unreadable(text: string): string | undefined {
  if (text.length > MAX_SOURCE_BYTES) return `larger than ${String(MAX_SOURCE_BYTES / 1_000_000)} MB`;
  const encoding = foreignEncoding(text);
  if (encoding !== undefined) return encoding;
  if (text.length < 5_000) return undefined;
  const lines = countLines(text);
  return text.length / lines > 400 ? "minified or generated (more than 400 characters a line)" : undefined;
}

/** How much of a file is looked at for a NUL, which no source in UTF-8 has and every other kind of file does. */
const ENCODING_LOOK = 8_000;

/** Why what was read as UTF-8 is none; `undefined` when it is. A few characters decide, so this is asked of every file. */
export function foreignEncoding(text: string): string | undefined {
  if (!text.slice(0, ENCODING_LOOK).includes("\0")) return undefined;
  // Both byte order marks of UTF-16 are two characters that UTF-8 does not have.
  return text.startsWith("\uFFFD\uFFFD") || isEverySecond(text)
    ? "text in UTF-16, which Node does not run; save it as UTF-8"
    : "binary, no text";
}

const isEverySecond = (text: string): boolean => /^(?:[^\0]\0){4}|^(?:\0[^\0]){4}/.test(text);

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}
