import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Failure } from "./failure.mjs";
import { root, runtimeEnvironment } from "./paths.mjs";
import { stagePackage } from "./stage-package.ts";

/** Made on the machine it is for, or of use to developers alone. Settings of one machine hold its secrets. */
const LEFT_OUT =
  /^(?:\.env(?!\.example$).*|data|build|node_modules|test-support|tsconfig\.json)$|.\.(?:sqlite|log)|.\.test\.ts$/;

interface Manifest extends Readonly<Record<string, unknown>> {
  readonly name: string;
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

interface Lockfile {
  readonly packages: Readonly<Record<string, object>>;
}

/**
 * Copies the skeleton to a folder of its own, with the toolkit as the tarball that is published, and a lock file with the
 * versions this repository was tested with. `npm ci` there needs nothing of the repository. The toolkit has to be built.
 *
 * @throws {Failure} `FOLDER_NOT_EMPTY`: what is in it would be mixed with what is copied
 */
export function stageSkeleton(directory: string): void {
  if (existsSync(directory) && readdirSync(directory).length > 0)
    throw new Failure("FOLDER_NOT_EMPTY", {
      what: `${directory} is not empty.`,
      why: "files of an older version would be served beside the new ones.",
      fix: "name a folder that is not there yet, and move it into place.",
    });
  cpSync(join(root, "skeleton"), directory, {
    recursive: true,
    filter: isShipped,
  });
  copyFileSync(join(root, "LICENSE"), join(directory, "LICENSE"));
  const { tarball } = stagePackage("packages/hauberk");
  copyFileSync(tarball, join(directory, basename(tarball)));
  const manifest = standaloneManifest(
    readJson("skeleton/package.json") as Manifest,
    `file:${basename(tarball)}`,
  );
  write(directory, "package.json", manifest);
  write(directory, "package-lock.json", standaloneLock(manifest, readJson("package-lock.json") as Lockfile));
  // Takes out what the application does not need, and puts the toolkit in.
  const args = ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"];
  execFileSync("npm", args, {
    cwd: directory,
    env: runtimeEnvironment(),
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Whether a file or folder of the skeleton leaves the repository. */
export function isShipped(path: string): boolean {
  return !LEFT_OUT.test(basename(path));
}

/** What runs, and nothing that only develops. */
function standaloneManifest(manifest: Manifest, hauberk: string): Manifest {
  const { devDependencies: _, ...kept } = manifest;
  const { test: __, ...scripts } = manifest.scripts;
  return { ...kept, scripts, dependencies: { ...manifest.dependencies, hauberk } };
}

/** The repository's packages at their versions, without those that are links into it. */
function standaloneLock(manifest: Manifest, lockfile: Lockfile): object {
  const installed = Object.entries(lockfile.packages).filter(
    ([path, each]) => path.startsWith("node_modules/") && !("link" in each),
  );
  const { name, version, dependencies } = manifest;
  const packages = { "": { name, version, dependencies }, ...Object.fromEntries(installed) };
  return { name, version, lockfileVersion: 3, requires: true, packages };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), "utf8"));
}

function write(directory: string, name: string, value: object): void {
  writeFileSync(join(directory, name), `${JSON.stringify(value, undefined, 2)}\n`);
}
