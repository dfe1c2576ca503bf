// Fails when anything a user installs brings a dependency with an install script: the published packages and the
// skeleton that the scaffolder copies. Such a script runs with the user's rights on every `npm install`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { installScriptsBelow } from "./lib/dependency-tree.ts";
import type { Lockfile } from "./lib/dependency-tree.ts";
import { root } from "./lib/paths.mjs";
import { installedByUsers } from "./lib/workspaces.ts";

const lockfile = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lockfile;
const found = installedByUsers().flatMap((workspace) => installScriptsBelow(lockfile, workspace));
for (const { workspace, path } of found) {
  console.error(`[INSTALL_SCRIPT] ${workspace}/package.json brings ${path}, which has an install script.`);
  console.error("  Why: it would run with the user's rights on every npm install, before any line of ours.");
  console.error(
    "  Fix: choose a dependency without one (Node's own sqlite and crypto instead of native add-ons).",
  );
}
if (found.length === 0) console.log(`No install scripts below ${installedByUsers().join(", ")}.`);
process.exitCode = found.length === 0 ? 0 : 1;
