import { basename, dirname, joinPath } from "../files/paths.ts";
import { contentOf, folderMeant } from "./file-lists.ts";
import type { Machine } from "./machine.ts";
import { text } from "./operators.ts";
import { property } from "./properties.ts";
import { ROOT } from "./root.ts";
import { isKnown, object, type Obj, type Pkg, type Site, type Value } from "./values.ts";

interface Folder {
  readonly path: string;
  readonly isDeep: boolean;
}

/** Packages that require all files of a folder and give them by name; `undefined` for all others. */
export function loadFolder(
  machine: Machine,
  { name, path }: Pkg,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const folder = path.length === 0 ? FOLDER_OF.get(name)?.(args, site, machine) : undefined;
  return folder === undefined ? undefined : modulesIn(machine, folder, site);
}

type FolderOf = (args: readonly Value[], site: Site, machine: Machine) => Folder | undefined;

const FOLDER_OF: ReadonlyMap<string, FolderOf> = new Map<string, FolderOf>([
  ["require-dir", ([folder, options], site) => besideFile(folder, site, isOn(options, "recurse"))],
  ["require-directory", ([, folder, options], site) => besideFile(folder, site, !isOff(options, "recurse"))],
  ["requiredir", ([folder], site) => besideFile(folder, site, false)],
  ["require-all", named],
  ["include-all", named],
  ["requireindex", named],
]);

/** `requireDir("./routes")` is seen from the file that calls it, and without a name means its own folder. */
function besideFile(folder: Value | undefined, { module }: Site, isDeep: boolean): Folder | undefined {
  const own = dirname(module.path);
  if (folder === undefined || isKnown(folder, undefined)) return { path: own, isDeep };
  const written = text(folder);
  if (written === undefined) return undefined;
  const path = written.startsWith(ROOT) ? written.slice(ROOT.length) : joinPath(own, written);
  return { path: joinPath("", path), isDeep };
}

/** `requireAll({ dirname: __dirname + "/controllers" })` and `requireAll(__dirname + "/controllers")`. */
function named([given]: readonly Value[], site: Site, machine: Machine): Folder | undefined {
  const written =
    given === undefined ? undefined : text(given.k === "obj" ? property(given, "dirname") : given);
  if (written === undefined) return undefined;
  return {
    path: folderMeant(machine, written, site),
    isDeep: given?.k === "obj" && !isOff(given, "recursive"),
  };
}

const isOn = (options: Value | undefined, name: string): boolean =>
  options !== undefined && isKnown(property(options, name), true);
const isOff = (options: Value | undefined, name: string): boolean =>
  options !== undefined && isKnown(property(options, name), false);

/** Deeper folders are nobody's set-up. */
const MAX_DEPTH = 8;

/** What the files of a folder export, by their names; those of a folder in it below that one's name. */
function modulesIn(machine: Machine, { path, isDeep }: Folder, site: Site, depth = 0): Obj {
  const { files, folders } = contentOf(machine, path);
  const found = object(false, site);
  for (const file of files) {
    const stem = stemOf(file);
    if (stem === undefined || file === site.module.path) continue;
    found.props.set(stem, machine.import(`${ROOT}/${file}`, site.module, site));
  }
  if (isDeep && depth < MAX_DEPTH)
    for (const one of folders)
      found.props.set(basename(one), modulesIn(machine, { path: one, isDeep }, site, depth + 1));
  return found;
}

/** `users` of `routes/users.js`, for what `require` takes. */
export const stemOf = (file: string): string | undefined =>
  /^(.+)\.(?:[cm]?[jt]s|json)$/.exec(basename(file))?.[1];
