// Checks each published package as users get it: staged without the repository's own "source" condition, linted by
// publint, its types resolved by attw, every entry point loaded through import and require(), every command run.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { commandPath, root, runtimeEnvironment } from "./lib/paths.mjs";
import { keepsCompiledCode } from "./lib/compiled-code.ts";
import { entryPoints, stagePackage } from "./lib/stage-package.ts";
import { publishedPackages } from "./lib/workspaces.ts";

/** Loads each file that the command is bundled into; ends with 3 when the app could not be loaded. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  "hauberk-check": ["packages/hauberk-check/src/stack/fixtures", "--app", "five.cjs", "--fail-on", "never"],
};

const failed = publishedPackages().filter((folder) => !check(folder));
for (const folder of failed) console.error(`${folder} is not fit to be published.`);
process.exitCode = failed.length === 0 ? 0 : 1;

function check(folder: string): boolean {
  const { directory, tarball, manifest } = stagePackage(folder);
  console.log(`${manifest.name} ${manifest.version}`);
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
    ...Object.entries(manifest.bin ?? {}).map(([name, file]) =>
      runNode([join(directory, file), ...(COMMANDS[name] ?? ["--help"])]),
    ),
    manifest.name !== "hauberk-check" || keepsCode(join(directory, manifest.bin?.["hauberk-check"] ?? "")),
  ];
  const passed = results.every(Boolean);
  if (passed)
    console.log(
      `  publint, attw and ${entryPoints(manifest).length} entry points by import and require, its commands: all good`,
    );
  return passed;
}

function keepsCode(command: string): boolean {
  const isKept = keepsCompiledCode(command);
  if (!isKept) console.error("  failed: the second run on a large project compiles all of the command again");
  return isKept;
}

/** Quiet when all is well. */
function runNode(args: readonly string[], cwd: string = root): boolean {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    env: runtimeEnvironment(),
    encoding: "utf8",
  });
  if (status === 0) return true;
  console.error(`${stdout}${stderr}  failed: node ${args.join(" ").replaceAll(join(root, "/"), "")}`);
  return false;
}
