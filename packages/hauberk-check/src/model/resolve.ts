import type { ProjectFiles } from "../files/project-files.ts";
import { basename, dirname, joinPath, parseJson, record } from "../files/paths.ts";

export type Resolution =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "json"; readonly path: string }
  | { readonly kind: "package"; readonly name: string; readonly subpath: string }
  | { readonly kind: "missing"; readonly specifier: string };

const EXTENSIONS = [".ts", ".js", ".tsx", ".jsx", ".mts", ".mjs", ".cts", ".cjs"];
const REWRITTEN: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx", ".js"],
  ".mjs": [".mts", ".mjs"],
  ".cjs": [".cts", ".cjs"],
  ".jsx": [".tsx", ".jsx"],
};

interface Alias {
  readonly folder: string;
  readonly prefix: string;
  /** `undefined` for a pattern without a star, which is one exact name. */
  readonly suffix: string | undefined;
  readonly targets: readonly string[];
}

/** Finds the file behind an import: relative paths, tsconfig `paths`/`baseUrl`, package `imports`, workspaces. */
export class Resolver {
  readonly #files: ProjectFiles;
  readonly #listed: ReadonlySet<string>;
  readonly #stems: ReadonlySet<string>;
  readonly #aliases: readonly Alias[];
  readonly #baseUrls: readonly { folder: string; base: string }[];
  readonly #workspaces: ReadonlyMap<string, string>;
  readonly #cache: Map<string, Resolution> = new Map();

  constructor(files: ProjectFiles) {
    this.#files = files;
    this.#listed = new Set(files.list);
    this.#stems = new Set(files.list.flatMap(stemsOf));
    const configs = files.list.filter((path) => /(?:^|\/)[tj]sconfig(?:\.[\w-]+)?\.json$/.test(path));
    this.#aliases = configs.flatMap((path) => aliasesOf(path, files));
    this.#baseUrls = configs.flatMap((path) => baseUrlOf(path, files));
    this.#workspaces = workspacesOf(files);
  }

  resolve(specifier: string, from: string): Resolution {
    const folder = dirname(from);
    const key = `${folder}\0${specifier}`;
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const found = this.#find(specifier, folder);
    this.#cache.set(key, found);
    return found;
  }

  #find(specifier: string, folder: string): Resolution {
    if (/^\.{0,2}(?:\/|$)/.test(specifier) && specifier !== "") {
      return this.#file(joinPath(folder, specifier)) ?? { kind: "missing", specifier };
    }
    for (const alias of this.#aliases) {
      const star = starOf(specifier, alias);
      if (star === undefined) continue;
      for (const target of alias.targets) {
        const file = this.#file(joinPath(alias.folder, target.replace("*", star)));
        if (file !== undefined) return file;
      }
    }
    const workspace = this.#workspace(specifier);
    if (workspace !== undefined) return workspace;
    for (const { folder: within, base } of this.#baseUrls) {
      if (within !== "" && !folder.startsWith(within)) continue;
      const file = this.#file(joinPath(base, specifier));
      if (file !== undefined) return file;
    }
    return packageOf(specifier);
  }

  #workspace(specifier: string): Resolution | undefined {
    const { name, subpath } = split(specifier);
    // The toolkit is judged by what it promises, in its own repository as in everyone else's.
    const folder = name === "hauberk" ? undefined : this.#workspaces.get(name);
    if (folder === undefined) return undefined;
    if (subpath !== "")
      return this.#file(joinPath(folder, subpath)) ?? this.#file(joinPath(folder, `src/${subpath}`));
    const manifest = record(parseJson(this.#files.read(joinPath(folder, "package.json"))));
    const main = typeof manifest?.["main"] === "string" ? manifest["main"] : "index";
    const candidates = [
      main,
      main.replace(/^(?:\.\/)?(?:dist|build|lib|out)\//, "src/"),
      "src/index",
      "index",
      "src/main",
    ];
    for (const candidate of candidates) {
      const file = this.#file(joinPath(folder, candidate));
      if (file !== undefined) return file;
    }
    return undefined;
  }

  /** `isMain` for what a manifest names: as in Node no second manifest is asked, which may name the first one. */
  #file(path: string, isMain: boolean = false): Resolution | undefined {
    const stem = /^(.*)(\.[cm]?jsx?)$/.exec(path);
    // Most specifiers lead out of the project, and asking for thirty names each was a twentieth of a long run.
    if (!this.#stems.has(path) && !this.#stems.has(stem?.[1] ?? path)) return undefined;
    for (const candidate of candidatesFor(path, stem?.[1] ?? path, stem?.[2] ?? "")) {
      if (!this.#listed.has(candidate)) continue;
      if (candidate.endsWith(".json")) return { kind: "json", path: candidate };
      if (/\.[cm]?[jt]sx?$/.test(candidate)) return { kind: "file", path: candidate };
    }
    if (this.#listed.has(`${path}.json`)) return { kind: "json", path: `${path}.json` };
    if (isMain) return undefined;
    const manifest = record(
      parseJson(
        this.#listed.has(`${path}/package.json`) ? this.#files.read(`${path}/package.json`) : undefined,
      ),
    );
    return typeof manifest?.["main"] === "string" && path !== ""
      ? this.#file(joinPath(path, manifest["main"]), true)
      : undefined;
  }
}

/** What the star of a pattern stands for; `undefined` when the specifier is another one. */
function starOf(specifier: string, { prefix, suffix }: Alias): string | undefined {
  if (suffix === undefined) return specifier === prefix ? "" : undefined;
  return specifier.startsWith(prefix) && specifier.endsWith(suffix)
    ? specifier.slice(prefix.length, specifier.length - suffix.length)
    : undefined;
}

/** The files a path may mean, the likeliest first; made one by one, because the first or the second is mostly there. */
function* candidatesFor(path: string, bare: string, extension: string): Generator<string> {
  yield path;
  for (const one of REWRITTEN[extension] ?? []) yield bare + one;
  for (const one of EXTENSIONS) yield path + one;
  for (const one of EXTENSIONS) yield `${path === "" ? "" : `${path}/`}index${one}`;
}

/** What an import may say to mean a file: its path, that without the extension, and the folder it stands for. */
function stemsOf(path: string): readonly string[] {
  const bare = path.replace(/\.(?:[cm]?[jt]s|[jt]sx|json)$/, "");
  const name = basename(bare);
  return name === "index" || name === "package" ? [path, bare, dirname(path)] : [path, bare];
}

function packageOf(specifier: string): Resolution {
  return { kind: "package", ...split(specifier) };
}

function split(specifier: string): { name: string; subpath: string } {
  const parts = specifier.replace(/^node:/, "").split("/");
  const take = specifier.startsWith("@") ? 2 : 1;
  return { name: parts.slice(0, take).join("/"), subpath: parts.slice(take).join("/") };
}

function aliasesOf(path: string, files: ProjectFiles): Alias[] {
  const options = record(record(parseJson(files.read(path)))?.["compilerOptions"]);
  const paths = record(options?.["paths"]);
  if (paths === undefined) return [];
  const base = typeof options?.["baseUrl"] === "string" ? options["baseUrl"] : ".";
  const folder = joinPath(dirname(path), base);
  return Object.entries(paths).flatMap(([pattern, targets]) => {
    if (!Array.isArray(targets)) return [];
    const [prefix = "", suffix] = pattern.split("*");
    return [{ folder, prefix, suffix, targets: targets.filter((one) => typeof one === "string") }];
  });
}

function baseUrlOf(path: string, files: ProjectFiles): { folder: string; base: string }[] {
  const options = record(record(parseJson(files.read(path)))?.["compilerOptions"]);
  if (typeof options?.["baseUrl"] !== "string") return [];
  return [{ folder: dirname(path), base: joinPath(dirname(path), options["baseUrl"]) }];
}

function workspacesOf(files: ProjectFiles): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const path of files.list) {
    if (!path.endsWith("/package.json")) continue;
    const name = record(parseJson(files.read(path)))?.["name"];
    if (typeof name === "string") found.set(name, dirname(path));
  }
  return found;
}
