import { joinPath, parseJson, record } from "../files/paths.ts";
import type { ProjectFiles } from "../files/project-files.ts";

/** A manifest, as far as a lock file needs it. */
export interface Declaring {
  readonly folder: string;
  readonly dependencies: ReadonlyMap<string, string>;
}

/** Versions by the folder a package manager would put them into, such as `apps/shop/node_modules/express`. */
export type Locked = Map<string, string>;

interface Locks {
  readonly locked: Locked;
  /** Paths of those that are no JSON: one that two branches changed, say. */
  readonly broken: readonly string[];
}

/** What the lock files of npm, yarn (1 and later) and pnpm say about what the manifests declare. */
export function readLocks(files: ProjectFiles, manifests: readonly Declaring[]): Locks {
  const locked: Locked = new Map();
  const broken: string[] = [];
  const read = (path: string): string | undefined => files.read(path);
  for (const folder of foldersAbove(manifests)) {
    const below = manifests.filter((one) => isBelow(one.folder, folder));
    const path = joinPath(folder, "package-lock.json");
    const lock = npmLock(read(path));
    if (lock === undefined) broken.push(path);
    else addAll(locked, folder, lock);
    addAll(locked, "", yarnLock(read(joinPath(folder, "yarn.lock")), below));
    addAll(locked, folder, pnpmLock(read(joinPath(folder, "pnpm-lock.yaml"))));
  }
  return { locked, broken };
}

/** Lock files stand beside a manifest, or at the top of a workspace. */
function foldersAbove(manifests: readonly Declaring[]): ReadonlySet<string> {
  return new Set(["", ...manifests.map((one) => one.folder)]);
}

const isBelow = (folder: string, top: string): boolean =>
  top === "" || folder === top || folder.startsWith(`${top}/`);

function addAll(locked: Locked, folder: string, more: Locked): void {
  for (const [path, version] of more) {
    const key = joinPath(folder, path);
    if (!locked.has(key)) locked.set(key, version);
  }
}

/** `package-lock.json`, all three versions of it; `undefined` for what is no JSON. */
function npmLock(text: string | undefined): Locked | undefined {
  const lock = text === undefined ? {} : record(parseJson(text));
  if (lock === undefined) return undefined;
  const found: Locked = new Map();
  for (const [name, entry] of Object.entries(record(lock["dependencies"]) ?? {}))
    keep(found, `node_modules/${name}`, record(entry)?.["version"]);
  for (const [path, entry] of Object.entries(record(lock["packages"]) ?? {}))
    // What another package brought for itself is not what the project asks for.
    if (path.split("node_modules/").length === 2) keep(found, path, record(entry)?.["version"]);
  return found;
}

function keep(found: Locked, path: string, version: unknown): void {
  if (typeof version === "string") found.set(path, version);
}

/** `yarn.lock`: versions by name and range, so the manifests say which one is whose. */
function yarnLock(text: string | undefined, manifests: readonly Declaring[]): Locked {
  const versions = yarnVersions(text ?? "");
  const found: Locked = new Map();
  for (const { folder, dependencies } of manifests) {
    for (const [name, range] of dependencies) {
      const version = versions.get(`${name}@${range}`) ?? versions.get(`${name}@npm:${range}`);
      keep(found, joinPath(folder, `node_modules/${name}`), version);
    }
  }
  return found;
}

function yarnVersions(text: string): ReadonlyMap<string, string> {
  const versions = new Map<string, string>();
  let asked: readonly string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (/^[^\s#].*:$/.test(line))
      asked = line
        .slice(0, -1)
        .replaceAll('"', "")
        .split(",")
        .map((one) => one.trim());
    const version = /^ {2}version:? +"?([^"\s]+)"?$/.exec(line)?.[1];
    if (version !== undefined) for (const one of asked) versions.set(one, version);
  }
  return versions;
}

/** `pnpm-lock.yaml` of versions 5 to 9: what each project of the workspace imports. */
function pnpmLock(text: string | undefined): Locked {
  const found: Locked = new Map();
  const above: string[] = [];
  for (const line of (text ?? "").split(/\r?\n/)) {
    const { indent, key, value } = yamlLine(line);
    if (key === "") continue;
    above.length = Math.min(above.length, Math.floor(indent / 2));
    above.push(key);
    const [project, list, name, field] = above[0] === "importers" ? above.slice(1) : [".", ...above];
    const isVersion = field === "version" || (field === undefined && value !== "");
    if (
      project === undefined ||
      name === undefined ||
      !isVersion ||
      !/^(?:optionalD|d)ependencies$/.test(list ?? "")
    )
      continue;
    // "4.16.4(supports-color@8.0.0)" and "4.16.4_supports-color@8.0.0" name what it was installed beside.
    const version = /^\d[^\s(_]*/.exec(value)?.[0];
    keep(found, joinPath(project, `node_modules/${name}`), version);
  }
  return found;
}

const unquoted = (text: string): string => text.trim().replace(/^(["'])(.*)\1$/, "$2");

/** `  key: value` with its indentation in spaces; what lock files do not have, such as lists, has no key. */
function yamlLine(line: string): { readonly indent: number; readonly key: string; readonly value: string } {
  const text = line.trim();
  const colon = text.endsWith(":") ? text.length - 1 : text.indexOf(": ");
  const key = colon === -1 || /^[#-]/.test(text) ? "" : unquoted(text.slice(0, colon));
  return { indent: line.length - line.trimStart().length, key, value: unquoted(text.slice(colon + 1)) };
}
