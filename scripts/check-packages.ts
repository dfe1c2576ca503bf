// Checks each published package as users get it: staged without the repository's own "source" condition, linted by
// publint, its types resolved by attw, and every entry point loaded through import and require().
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { commandPath, root, runtimeEnvironment } from "./lib/paths.mjs";
import { entryPoints, stagePackage } from "./lib/stage-package.ts";
import { publishedPackages } from "./lib/workspaces.ts";

const failed = publishedPackages().filter((folder) => !check(folder));
for (const folder of failed) console.error(`${folder} is not fit to be published.`);
process.exitCode = failed.length === 0 ? 0 : 1;

function check(folder: string): boolean {
  const { directory, tarball, manifest } = stagePackage(folder);
  console.log(`\n${manifest.name} ${manifest.version}`);
  const attw = [commandPath("@arethetypeswrong/cli", "attw"), tarball, "--no-emoji", "--format", "ascii"];
  // The packages are ESM, which CommonJS loads through require() since Node 22.12: all but that warning counts.
  const profile = ["--profile", "node16", "--ignore-rules", "cjs-resolves-to-esm"];
  const results = [
    runNode([commandPath("publint"), tarball, "--strict"]),
    entryPoints(manifest).length === 0 || runNode([...attw, ...profile]),
    ...entryPoints(manifest).flatMap((entry) => [
      runNode(["--input-type=module", "--eval", `await import(${JSON.stringify(entry)})`], directory),
      runNode(["--input-type=commonjs", "--eval", `require(${JSON.stringify(entry)})`], directory),
    ]),
  ];
  return results.every(Boolean);
}

function runNode(args: readonly string[], cwd: string = root): boolean {
  const { status } = spawnSync(process.execPath, args, { cwd, env: runtimeEnvironment(), stdio: "inherit" });
  if (status !== 0)
    console.error(`  failed: node ${args.map((arg) => arg.replace(join(root, "/"), "")).join(" ")}`);
  return status === 0;
}
