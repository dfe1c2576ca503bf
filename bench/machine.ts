import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { createRequire } from "node:module";

/** What the figures depend on, and nothing that names a machine. */
export interface Conditions {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
}

const PACKAGES = [
  "express",
  "hauberk",
  "helmet",
  "express-session",
  "csrf-sync",
  "express-rate-limit",
  "hpp",
] as const;

export function readConditions(): Conditions {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
    node: process.version,
    versions: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
  };
}

/** Compiles the toolkit, so that what users install is what is measured. */
export function buildToolkit(): void {
  const tsc = createRequire(import.meta.url)
    .resolve("typescript/package.json")
    .replace("package.json", "bin/tsc");
  execFileSync(process.execPath, [tsc, "-b", "packages/hauberk"], {
    cwd: new URL("..", import.meta.url),
    stdio: "inherit",
  });
}

function versionOf(name: string): string {
  const root = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  const version = /"version": "([^"]+)"/.exec(readFileSync(root, "utf8"))?.[1];
  if (version === undefined) throw new Error(`${name} has no version`);
  return version;
}
