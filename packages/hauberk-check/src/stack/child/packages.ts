import { readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";

/** The package a file belongs to; `undefined` for the project's own code. */
export function packageOf(file: string): string | undefined {
  // The manifest knows better than the folder: packages can be installed under another name.
  const name = manifestAbove(file)?.name;
  if (file.includes(`${sep}node_modules${sep}`)) return name;
  // A linked workspace keeps its own path: Hauberk is known by its manifest.
  return name === "hauberk" ? name : undefined;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
}

const CACHE = new Map<string, Manifest | undefined>();

export function manifestAbove(file: string): Manifest | undefined {
  const folder = dirname(file);
  if (folder === file) return undefined;
  if (!CACHE.has(folder))
    CACHE.set(folder, readManifest(join(folder, "package.json")) ?? manifestAbove(folder));
  return CACHE.get(folder);
}

function readManifest(path: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(readFileSync(path, "utf8")) as Manifest;
    return manifest.name === undefined ? undefined : manifest;
  } catch {
    return undefined;
  }
}
