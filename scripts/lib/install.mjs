// @ts-check
import { execFileSync } from "node:child_process";
import { delimiter, join, sep } from "node:path";
import { Failure } from "./failure.mjs";
import { readInstallState, writeStamp } from "./install-state.mjs";
import { withLock } from "./lock.mjs";
import { root, runtimePath } from "./paths.mjs";
import { capture } from "./processes.mjs";
import { startProgress } from "./progress.mjs";

/**
 * Brings node_modules and the repository's own Node in line with package-lock.json; does nothing when they are.
 * @returns {Promise<string>} the path of the repository's Node
 * @throws {Failure} `INSTALL_FAILED`, `INSTALL_RUNTIME_FAILED`
 */
export async function ensureInstalled() {
  if (readInstallState(root) !== "complete") {
    await withLock(join(root, ".cache", "install.lock"), install, () => {
      console.log("Another command is installing the dependencies; waiting for it ...");
    }).catch(explainReadOnly);
  }
  return runtimePath();
}

async function install() {
  // Looked at again under the lock: another start may have finished meanwhile.
  if (readInstallState(root) === "missing") await installPackages();
  if (readInstallState(root) !== "complete") await installRuntime();
  checkRuntime();
  writeStamp(root);
}

async function installPackages() {
  const progress = startProgress("Installing dependencies (once)");
  // --include=dev: NODE_ENV=production or omit=dev in the user's settings would leave out Node itself.
  const { exitCode, output } = await npm(["ci", "--include=dev", "--no-audit", "--no-fund"]);
  progress.done(exitCode === 0 ? "done" : "failed");
  if (exitCode !== 0) {
    throw new Failure("INSTALL_FAILED", {
      what: `npm ci ended with exit code ${exitCode}.`,
      why: "nothing here runs without the packages that package-lock.json names.",
      fix: adviceFor(output),
      output,
    });
  }
  // npm succeeded, so what is on the disk is the lockfile's, whatever state was read before.
  writeStamp(root);
}

async function installRuntime() {
  const progress = startProgress("Installing the project's own Node (once)");
  // The one package whose install script is needed; `ignore-scripts` in the user's settings stays on for all others.
  const { exitCode, output } = await npm(["rebuild", "node", "--ignore-scripts=false"]);
  const complete = exitCode === 0 && readInstallState(root) === "complete";
  progress.done(complete ? "done" : "failed");
  if (!complete) throw runtimeFailure("npm rebuild node left no Node behind.", adviceFor(output), output);
}

function checkRuntime() {
  try {
    execFileSync(runtimePath(), ["--version"], { stdio: "pipe" });
  } catch (error) {
    throw runtimeFailure(
      `${runtimePath()} does not run on this machine.`,
      "use a machine that Node publishes builds for (Linux with glibc on x64 or arm64, macOS, Windows), or delete node_modules if it was copied from another machine.",
      String(error),
    );
  }
}

/**
 * @param {string} what
 * @param {string} fix
 * @param {string} output
 * @returns {Failure}
 */
function runtimeFailure(what, fix, output) {
  const why = "the sources are TypeScript and run on the Node that package.json names, not on the machine's.";
  return new Failure("INSTALL_RUNTIME_FAILED", { what, why, fix, output });
}

/** @type {readonly (readonly [RegExp, string])[]} */
const ADVICE = [
  [
    /EACCES|EPERM|EROFS/,
    "run as the owner of this folder, or clone the repository into a folder you can write to.",
  ],
  [/ENOSPC/, "free some disk space: the packages need about 700 MB."],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET/,
    "check the network and npm's registry and proxy settings (npm config ls), then run it again.",
  ],
  [
    /EINTEGRITY/,
    "a package is not the one that package-lock.json names: run npm cache verify and try again.",
  ],
];

/**
 * @param {string} output what npm printed
 * @returns {string}
 */
export function adviceFor(output) {
  const advice = ADVICE.find(([pattern]) => pattern.test(output))?.[1];
  return advice ?? "see npm's own output above, then run the command again.";
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<{ exitCode: number, output: string }>}
 */
function npm(args) {
  const env = npmEnvironment(process.env);
  const quiet = [...args, "--loglevel=error"];
  // Set by `npm run`: the npm that was called, on the Node it was called with.
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  return script !== undefined && node !== undefined && !node.startsWith(join(root, "node_modules"))
    ? capture(node, [script, ...quiet], { cwd: root, env })
    : capture("npm", quiet, { cwd: root, env });
}

/**
 * The user's environment without what `npm start` added to it. The repository's own Node goes off the PATH because
 * npm is about to replace it, and `npm --prefix` must not send the packages elsewhere.
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} [folder]
 * @returns {NodeJS.ProcessEnv}
 */
export function npmEnvironment(environment, folder = root) {
  const added = /^(npm_(package|lifecycle)_|npm_command$|npm_config_(local_|global_)?prefix$|INIT_CWD$)/i;
  const kept = Object.entries(environment).filter(([name]) => !added.test(name));
  const path = (environment["PATH"] ?? "").split(delimiter);
  const ours = join(folder, "node_modules") + sep;
  return {
    ...Object.fromEntries(kept),
    PATH: path.filter((entry) => !entry.startsWith(ours)).join(delimiter),
  };
}

/**
 * @param {unknown} error
 * @returns {never}
 */
function explainReadOnly(error) {
  if (
    error instanceof Error &&
    "code" in error &&
    ["EACCES", "EPERM", "EROFS"].includes(String(error.code))
  ) {
    throw new Failure("INSTALL_FAILED", {
      what: `${root} cannot be written to.`,
      why: "the packages are installed into node_modules there.",
      fix: "run as the owner of this folder, or clone the repository into a folder you can write to.",
      output: error.message,
    });
  }
  throw error;
}
