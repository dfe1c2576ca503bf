import { readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";

/** The package a file belongs to; `undefined` for the project's own code. */
export function packageOf(file: string): string | undefined {
  const inside = file.split(`${sep}node_modules${sep}`).at(-1);
  if (inside !== undefined && inside !== file) {
    const parts = inside.split(sep);
    return inside.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
  }
  // A linked workspace keeps its own path: Hauberk is known by its manifest.
  return manifestAbove(file)?.name === "hauberk" ? "hauberk" : undefined;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
}

const CACHE = new Map<string, Manifest | undefined>();

export function manifestAbove(file: string): Manifest | undefined {
  const folder = dirname(file);
  if (folder === file) return undefined;
  if (!CACHE.has(folder)) CACHE.set(folder, readManifest(join(folder, "package.json")) ?? manifestAbove(folder));
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
