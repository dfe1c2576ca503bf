import { dirname, joinPath, parseJson, record } from "../files/paths.ts";
import type { ProjectFiles } from "../files/project-files.ts";
import type { ExpressMajor } from "./app.ts";
import { readLocks, type Locked } from "./lock-files.ts";

export interface Manifest {
  readonly path: string;
  readonly folder: string;
  /** Its name, where it has one. */
  readonly name: string | undefined;
  readonly dependencies: ReadonlyMap<string, string>;
  /** What is there for its developers alone. */
  readonly development: ReadonlyMap<string, string>;
  readonly scripts: ReadonlyMap<string, string>;
  readonly text: string;
  /** It describes a package, and not only how the files below it are read (`{"type": "module"}`). */
  readonly isPackage: boolean;
  /** It is a command (`bin`): it runs in whatever folder its user stands in. */
  readonly isCommand: boolean;
}

/** What the manifests, lock files and node_modules say about packages. */
export class Packages {
  readonly manifests: readonly Manifest[];
  readonly #files: ProjectFiles;
  readonly #byFolder: ReadonlyMap<string, Manifest>;
  readonly #folders: Map<string, string> = new Map();
  readonly #installed: Map<string, string | undefined> = new Map();
  readonly #locked: Locked;
  /** Lock files that are no JSON. */
  readonly brokenLocks: readonly string[];

  constructor(files: ProjectFiles) {
    this.#files = files;
    const paths = files.list.filter((path) => /(?:^|\/)package\.json$/.test(path));
    this.manifests = paths.map((path) => readManifest(path, files)).filter((one) => one !== undefined);
    this.#byFolder = new Map(this.manifests.map((one) => [one.folder, one]));
    const { locked, broken } = readLocks(files, this.manifests);
    this.#locked = locked;
    this.brokenLocks = broken;
  }

  /** The manifest that governs a file: the nearest one above it. */
  manifestFor(path: string): Manifest | undefined {
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const found = this.#byFolder.get(folder);
      if (found !== undefined || folder === "") return found;
    }
  }

  /** The folder of the package a file belongs to; "" where no manifest says. */
  folderOf(path: string): string {
    const start = dirname(path);
    let found = this.#folders.get(start);
    if (found === undefined) {
      found = start;
      while (found !== "" && this.#byFolder.get(found)?.isPackage !== true) found = dirname(found);
      this.#folders.set(start, found);
    }
    return found;
  }

  /** The declared range of a package, looked up from a file upwards. */
  declared(name: string, from: string): { range: string; manifest: Manifest } | undefined {
    for (let folder = dirname(from); ; folder = dirname(folder)) {
      const manifest = this.#byFolder.get(folder);
      const range = manifest?.dependencies.get(name);
      if (manifest !== undefined && range !== undefined) return { range, manifest };
      if (folder === "") return undefined;
    }
  }

  /** The installed version: node_modules first, then the lock file. */
  installed(name: string, from: string): string | undefined {
    const folder = dirname(from);
    const key = `${folder}\0${name}`;
    if (!this.#installed.has(key)) this.#installed.set(key, this.#findInstalled(name, folder));
    return this.#installed.get(key);
  }

  #findInstalled(name: string, folder: string): string | undefined {
    const place = joinPath(folder, `node_modules/${name}`);
    const manifest = record(parseJson(this.#files.read(`${place}/package.json`)));
    if (typeof manifest?.["version"] === "string") return manifest["version"];
    // Asked of the folder above as anybody else's files ask it: the folders of a project share most of the way up.
    return this.#locked.get(place) ?? (folder === "" ? undefined : this.installed(name, folder));
  }

  /** The version that is installed, or else the range that is declared. */
  versionOf(name: string, from: string): string | undefined {
    return this.installed(name, from) ?? this.declared(name, from)?.range;
  }

  /** The major version of Express that a file runs on; the newest when nothing says. */
  expressFor(path: string): ExpressMajor {
    const major = majorIn(this.versionOf("express", path)) ?? this.#expressOfNest(path);
    return major === 2 || major === 3 || major === 4 ? major : 5;
  }

  /** Whether anything says which Express this is. */
  knowsExpress(path: string): boolean {
    return this.versionOf("express", path) !== undefined || this.#expressOfNest(path) !== undefined;
  }

  /** NestJS brings an Express along: 5 since its version 11. */
  #expressOfNest(path: string): number | undefined {
    const major = majorIn(this.versionOf("@nestjs/platform-express", path));
    return major === undefined ? undefined : major >= 11 ? 5 : 4;
  }
}

function majorIn(range: string | undefined): number | undefined {
  const digits = /\d+/.exec(range ?? "")?.[0];
  return digits === undefined ? undefined : Number(digits);
}

function readManifest(path: string, files: ProjectFiles): Manifest | undefined {
  const text = files.read(path);
  const data = record(parseJson(text));
  if (data === undefined || text === undefined) return undefined;
  const dependencies = new Map([
    ...strings(data["optionalDependencies"]),
    ...strings(data["peerDependencies"]),
    ...strings(data["dependencies"]),
  ]);
  return {
    path,
    folder: dirname(path),
    name: typeof data["name"] === "string" ? data["name"] : undefined,
    dependencies,
    development: strings(data["devDependencies"]),
    scripts: strings(data["scripts"]),
    text,
    isPackage: data["name"] !== undefined || data["dependencies"] !== undefined,
    isCommand: data["bin"] !== undefined,
  };
}

function strings(value: unknown): Map<string, string> {
  const entries = Object.entries(record(value) ?? {});
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
