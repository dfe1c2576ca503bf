import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, runtimeEnvironment } from "./paths.mjs";
import type { Manifest } from "./workspaces.ts";

export interface StagedPackage {
  /** The unpacked package, inside a node_modules folder, so that it can import itself by name. */
  readonly directory: string;
  readonly tarball: string;
  readonly manifest: Manifest;
}

/**
 * Makes the tarball of a package as it is to be published: `.cache/packages/<name>-<version>.tgz`.
 * Needs the package to be built.
 */
export function stagePackage(folder: string): StagedPackage {
  const packages = join(root, ".cache", "packages");
  const directory = join(packages, folder);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const source = join(root, folder);
  cpSync(source, directory, {
    recursive: true,
    filter: (path) => !/(\/node_modules|\/src|\.tsbuildinfo)$/.test(path),
  });
  const original = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as Manifest;
  const manifest = { ...original, exports: withoutSourceCondition(original.exports) } as Manifest;
  writeFileSync(join(directory, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  if (!existsSync(join(directory, "LICENSE")))
    copyFileSync(join(root, "LICENSE"), join(directory, "LICENSE"));
  const args = ["pack", "--ignore-scripts", "--pack-destination", packages];
  execFileSync("npm", args, {
    cwd: directory,
    env: runtimeEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  const name = manifest.name.replace("@", "").replace("/", "-");
  return { directory, tarball: join(packages, `${name}-${manifest.version}.tgz`), manifest };
}

/** `hauberk`, `hauberk/csrf` ... for every code entry of `exports`. */
export function entryPoints({ name, exports = {} }: Manifest): string[] {
  return Object.keys(exports)
    .filter((path) => !path.includes("*") && !path.endsWith(".json"))
    .map((path) => name + path.slice(1));
}

/** "source" leads to TypeScript that is not published; a user's own `--conditions=source` must not find it. */
export function withoutSourceCondition(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "source");
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutSourceCondition(inner)]));
}
