import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
}

/** The folders of the packages that are published, from the repository's root. */
export function publishedPackages(): string[] {
  return readdirSync(join(root, "packages"))
    .map((name) => `packages/${name}`)
    .filter(
      (folder) => existsSync(join(root, folder, "package.json")) && readManifest(folder).private !== true,
    );
}

/** The published packages, and the skeleton that the scaffolder copies. */
export function installedByUsers(): string[] {
  return [...publishedPackages(), "skeleton"].filter((folder) =>
    existsSync(join(root, folder, "package.json")),
  );
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
}
