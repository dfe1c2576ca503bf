export interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly hasInstallScript?: boolean;
  readonly link?: boolean;
  readonly resolved?: string;
}

export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

export interface FoundScript {
  readonly workspace: string;
  readonly path: string;
}

/** The packages with an install script that a production install of a workspace brings along. */
export function installScriptsBelow(lockfile: Lockfile, workspace: string): FoundScript[] {
  return [...productionTree(lockfile, workspace)]
    .filter((path) => lockfile.packages[path]?.hasInstallScript === true)
    .map((path) => ({ workspace, path }));
}

/** Lockfile paths of everything that a production install of a workspace brings along; peers count. */
export function productionTree(lockfile: Lockfile, workspace: string): ReadonlySet<string> {
  if (lockfile.packages[workspace] === undefined) {
    throw new Error(`${workspace} is not in package-lock.json: run npm install.`);
  }
  const seen = new Set<string>([workspace]);
  // A set may grow while it is walked; the loop ends when no new package turns up.
  for (const path of seen) {
    const { dependencies, optionalDependencies, peerDependencies } = lockfile.packages[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const found = resolveFrom(lockfile, path, name);
      if (found !== undefined) seen.add(found);
    }
  }
  return seen;
}

/** Node's lookup, on the lockfile: the nearest node_modules first. A missing one is an optional peer. */
function resolveFrom(lockfile: Lockfile, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = parentOf(folder)) {
    const path = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    const found = lockfile.packages[path];
    if (found !== undefined) return found.link === true ? found.resolved : path;
    if (folder === "") return undefined;
  }
}

function parentOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}
