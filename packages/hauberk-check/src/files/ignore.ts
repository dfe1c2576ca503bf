import { globbed } from "./glob.ts";
import { basename } from "./paths.ts";

type Ignores = (path: string, isFolder: boolean) => boolean;

/** What is behind as many patterns of a file is read, rather than asked of each path. */
const MAX_PATTERNS = 1_000;
const WILD = /[*?]/;

/** A matcher for the plain part of .gitignore: names, folders, `*` and `**`; a negated name is never ignored. */
export function parseIgnore(text: string): Ignores {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const patterns = lines.filter((line) => line !== "" && !line.startsWith("#") && !line.startsWith("!"));
  const negated = lines.some((line) => line.startsWith("!"));
  // "*" followed by "!src" means "only src": reading half of that would hide the whole project.
  const read = patterns.map(readPattern).filter(({ bare }) => !(negated && /^[*/.]+$/.test(bare)));
  const wild = read
    .filter(({ bare }) => WILD.test(bare))
    .slice(0, MAX_PATTERNS)
    .map(compiled);
  const plain = plainNames(read.filter(({ bare }) => !WILD.test(bare)));
  return (path, isFolder) => plain(path, isFolder) || wild.some((one) => one(path, isFolder));
}

interface Pattern {
  readonly bare: string;
  readonly isAnchored: boolean;
  readonly folderOnly: boolean;
}

function readPattern(pattern: string): Pattern {
  const bare = pattern.replace(/^\/|\/$/g, "");
  return {
    bare,
    isAnchored: pattern.startsWith("/") || bare.includes("/"),
    folderOnly: pattern.endsWith("/"),
  };
}

function compiled({ bare, isAnchored, folderOnly }: Pattern): Ignores {
  const fits = globbed(isAnchored ? bare : `**/${bare}`);
  return (path, isFolder) => (isFolder || !folderOnly) && fits(path);
}

/** Most patterns are names: they are looked up, however many there are. */
function plainNames(patterns: readonly Pattern[]): Ignores {
  const named = (isAnchored: boolean, folderOnly: boolean): ReadonlySet<string> =>
    new Set(
      patterns
        .filter((one) => one.isAnchored === isAnchored && one.folderOnly === folderOnly)
        .map(({ bare }) => bare),
    );
  const [paths, folderPaths, names, folderNames] = [
    named(true, false),
    named(true, true),
    named(false, false),
    named(false, true),
  ];
  return (path, isFolder) => {
    const name = basename(path);
    return (
      paths.has(path) || names.has(name) || (isFolder && (folderPaths.has(path) || folderNames.has(name)))
    );
  };
}
