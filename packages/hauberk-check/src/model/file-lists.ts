import { globbed } from "../files/glob.ts";
import { basename, dirname, joinPath } from "../files/paths.ts";
import type { ProjectFiles } from "../files/project-files.ts";
import { remembered } from "../remembered.ts";
import { inProduction } from "./alternatives.ts";
import type { Machine } from "./machine.ts";
import { text } from "./operators.ts";
import { property } from "./properties.ts";
import { ROOT } from "./root.ts";
import { array, isKnown, object, prim, UNDEFINED, type Pkg, type Site, type Value } from "./values.ts";

const FOLDERS = /^fs(?:-extra)?\.(?:promises\.)?readdir(?:Sync)?$/;
const GLOBS =
  /^(?:glob|fast-glob|globby|tiny-glob|tinyglobby)(?:\.(?:default|sync|glob|globby|globSync|globbySync|async))*$/;

/** The files of the project that reading a folder or a glob gives, however it is waited for: how routes are loaded by name. */
export function listFiles(
  machine: Machine,
  name: string,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const isFolder = FOLDERS.test(name);
  if (!isFolder && !GLOBS.test(name)) return undefined;
  const [first] = args;
  const written = first === undefined ? undefined : text(inProduction(first));
  if (written === undefined) return undefined;
  const options = args.find((one) => one.k === "obj");
  const found = isFolder
    ? inFolder(machine, written, options, site)
    : ofGlob(machine, written, options, site);
  const done = args.at(-1);
  if (found === undefined || done?.k !== "fn") return found;
  machine.call(done, [prim(null), found]);
  return UNDEFINED;
}

/** The path below the project's root; a relative one is seen from there. */
const below = (path: string): string => joinPath("", path.replace(ROOT, ""));

/** The place in the project that a path means: a relative one is seen from the root, or from the package of the file. */
export function placeMeant(
  { program }: Machine,
  written: string,
  { module }: Site,
  isThere: (path: string) => boolean,
): string {
  const path = below(written);
  return written.startsWith(ROOT) || isThere(path)
    ? path
    : joinPath(program.packages.folderOf(module.path), written);
}

export const folderMeant = (machine: Machine, written: string, site: Site): string =>
  placeMeant(machine, written, site, (path) => foldersOf(machine.program.files).has(path));

/** What stands in a folder of the project, as paths: its files, and the folders in it. */
export function contentOf(
  { program }: Machine,
  folder: string,
): { files: readonly string[]; folders: readonly string[] } {
  const all = foldersOf(program.files);
  const paths = (all.get(folder) ?? []).map((name) => joinPath(folder, name));
  return { files: paths.filter((path) => !all.has(path)), folders: paths.filter((path) => all.has(path)) };
}

function inFolder(machine: Machine, folder: string, options: Value | undefined, site: Site): Value {
  const { files } = machine.program;
  const path = folderMeant(machine, folder, site);
  const names = foldersOf(files).get(path) ?? [];
  const isTyped = options !== undefined && isKnown(property(options, "withFileTypes"), true);
  const items = names.map((name) => (isTyped ? entry(files, path, name, site) : prim(name, site)));
  return array(items, options !== undefined && isKnown(property(options, "recursive"), true), site);
}

/** What each folder holds, the folders in it included: one walk over all files. */
const foldersOf = remembered((files: ProjectFiles): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, Set<string>>();
  for (const path of files.list) {
    for (let at = path; at !== ""; at = dirname(at)) {
      const folder = dirname(at);
      const names = found.get(folder);
      if (names?.has(basename(at)) === true) break;
      if (names === undefined) found.set(folder, new Set([basename(at)]));
      else names.add(basename(at));
    }
  }
  return new Map([...found].map(([folder, names]) => [folder, [...names].toSorted()]));
});

function entry(files: ProjectFiles, folder: string, name: string, site: Site): Value {
  const made = kind(foldersOf(files).has(joinPath(folder, name)), site);
  made.props.set("name", prim(name, site));
  made.props.set("path", prim(`${ROOT}/${folder}`, site));
  made.props.set("parentPath", prim(`${ROOT}/${folder}`, site));
  return made;
}

/** What `fs.statSync` and `fs.existsSync` say of what is there; of the rest nobody knows whether it will be. */
export function kindOf(machine: Machine, path: string, asksPresence: boolean, site: Site): Value | undefined {
  const { files } = machine.program;
  const place = below(path);
  const isFolder = foldersOf(files).has(place);
  if (!isFolder && foldersOf(files).get(dirname(place))?.includes(basename(place)) !== true) return undefined;
  return asksPresence ? prim(true, site) : kind(isFolder, site);
}

function kind(isFolder: boolean, site: Site): Extract<Value, { k: "obj" }> {
  const made = object(true, site);
  made.props.set("isFile", answering(!isFolder));
  made.props.set("isDirectory", answering(isFolder));
  return made;
}

const answering = (answer: boolean): Pkg => ({ k: "pkg", name: "fs.Stats", path: [String(answer)] });

/** `entry.isFile()`. */
export const callKind = ({ name, path: [answer] }: Pkg, site: Site): Value | undefined =>
  name === "fs.Stats" ? prim(answer === "true", site) : undefined;

function ofGlob(
  machine: Machine,
  written: string,
  options: Value | undefined,
  site: Site,
): Value | undefined {
  const asked = options === undefined ? UNDEFINED : property(options, "cwd");
  const cwd = isKnown(asked, undefined) ? "" : text(asked);
  if (cwd === undefined) return undefined;
  const from = written.startsWith(ROOT) ? "" : below(cwd);
  const globs = choicesOf(joinPath(from, below(written)))?.map(globbed);
  if (globs === undefined) return undefined;
  const isAbsolute =
    written.startsWith(ROOT) || (options !== undefined && isKnown(property(options, "absolute"), true));
  const found = machine.program.files.list
    .filter((one) => globs.some((fits) => fits(one)))
    .map((one) =>
      isAbsolute ? `${ROOT}/${one}` : cwd === "" ? `./${one}` : one.slice(from === "" ? 0 : from.length + 1),
    );
  return array(
    found.map((one) => prim(one, site)),
    false,
    site,
  );
}

const CHOICE = /\{([^{}]*)\}/;
const MAX_CHOICES = 64;

/** The globs that one with `{a,b}` stands for; `undefined` when they are more than anybody writes. */
function choicesOf(glob: string): readonly string[] | undefined {
  let globs: readonly string[] = [glob];
  while (globs.length <= MAX_CHOICES) {
    if (!globs.some((one) => CHOICE.test(one))) return globs;
    globs = globs.flatMap((one) => {
      const found = CHOICE.exec(one);
      return found === null
        ? [one]
        : (found[1] ?? "").split(",").map((choice) => one.replace(found[0], () => choice));
    });
  }
  return undefined;
}
