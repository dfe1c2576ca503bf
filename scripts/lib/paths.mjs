// @ts-check
import { readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder, whatever folder the command was called from. */
export const root = resolve(fileURLToPath(new URL("../..", import.meta.url)));

/**
 * The Node that the repository brings as the npm package `node`.
 * @param {string} [folder]
 * @returns {string}
 */
export function runtimePath(folder = root) {
  return join(folder, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
}

/**
 * The JavaScript file behind a command of an installed package, to be run by the repository's Node.
 * @param {string} packageName
 * @param {string} [command]
 * @returns {string}
 */
export function commandPath(packageName, command = packageName) {
  const folder = join(root, "node_modules", packageName);
  const manifest = readFileSync(join(folder, "package.json"), "utf8");
  const { bin } = /** @type {{ bin: string | Record<string, string> }} */ (JSON.parse(manifest));
  const file = typeof bin === "string" ? bin : bin[command];
  if (file === undefined) throw new Error(`${packageName} has no command named ${command}`);
  return join(folder, file);
}

/**
 * The environment for a child: the repository's commands are found first, as under `npm run`.
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {NodeJS.ProcessEnv}
 */
export function runtimeEnvironment(environment = process.env) {
  const bin = join(root, "node_modules", ".bin");
  return { ...environment, PATH: [bin, environment["PATH"] ?? ""].join(delimiter) };
}
