import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ScriptCache } from "./script-cache.ts";

/** Where scripts/bundle.ts puts this file and the scripts it loads: `dist/bundle`. */
const FOLDER = dirname(fileURLToPath(import.meta.url));

/** The scripts of the bundle, and the release they are of. */
export function loadScripts(): { readonly scripts: ScriptCache; readonly version: string } {
  const manifest = readFileSync(join(FOLDER, "../../package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  return { scripts: new ScriptCache({ folder: FOLDER, version }, cacheFolder()), version };
}

/** Not in the temporary folder: who else has an account here could put code there. */
function cacheFolder(): string {
  const { NODE_COMPILE_CACHE: node = "", XDG_CACHE_HOME: user = "" } = process.env;
  return node === "" ? join(user === "" ? join(homedir(), ".cache") : user, "hauberk-check") : node;
}
