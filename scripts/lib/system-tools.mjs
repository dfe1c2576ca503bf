// @ts-check
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { Failure } from "./failure.mjs";
import { capture } from "./processes.mjs";
import { startProgress } from "./progress.mjs";

/**
 * A program of the operating system that a step of `npm test` needs.
 * @typedef {object} SystemTool
 * @property {string} name
 * @property {readonly string[]} steps the steps that need it; "faults" is `npm run test:faults`, "cluster" `npm run test:cluster`
 * @property {string} variable tells the tests where it is; the user may set it to choose another one
 * @property {readonly string[]} candidates absolute paths, or names looked for on the PATH
 * @property {readonly string[]} debian packages that bring it
 * @property {readonly string[]} [instead] candidates that do as well, only slower, where the packages are not to be had
 */

const CHROMIUM = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "chromium",
  "google-chrome",
  "google-chrome-stable",
];

/** @type {readonly SystemTool[]} */
export const SYSTEM_TOOLS = [
  {
    name: "Chromium",
    steps: ["browser", "cluster"],
    variable: "CHROMIUM_PATH",
    candidates: CHROMIUM,
    debian: ["chromium"],
  },
  {
    // The same engine without windows: most of the browser tests take two thirds of the time.
    name: "Chromium without windows",
    steps: ["browser", "cluster"],
    variable: "CHROMIUM_HEADLESS_PATH",
    candidates: ["/usr/bin/chromium-headless-shell", "chromium-headless-shell"],
    debian: ["chromium-headless-shell"],
    instead: CHROMIUM,
  },
  {
    name: "Redis",
    steps: ["unit", "browser", "faults", "cluster"],
    variable: "REDIS_SERVER_PATH",
    candidates: ["redis-server", "/usr/bin/redis-server"],
    debian: ["redis-server"],
  },
  {
    name: "PostgreSQL",
    steps: ["unit", "browser", "faults", "cluster"],
    variable: "POSTGRES_INITDB_PATH",
    candidates: [17, 16, 15].map((version) => `/usr/lib/postgresql/${version}/bin/initdb`),
    debian: ["postgresql"],
  },
  {
    name: "nginx",
    steps: ["unit", "browser", "faults", "cluster"],
    variable: "NGINX_PATH",
    candidates: ["nginx", "/usr/sbin/nginx"],
    debian: ["nginx-light"],
  },
  {
    name: "Caddy",
    steps: ["unit", "faults"],
    variable: "CADDY_PATH",
    candidates: ["caddy", "/usr/bin/caddy"],
    debian: ["caddy"],
  },
  {
    name: "systemd-analyze",
    steps: ["unit", "faults"],
    variable: "SYSTEMD_ANALYZE_PATH",
    candidates: ["systemd-analyze", "/usr/bin/systemd-analyze"],
    debian: ["systemd"],
  },
  {
    name: "systemd-socket-activate",
    steps: ["unit", "faults"],
    variable: "SYSTEMD_SOCKET_ACTIVATE_PATH",
    candidates: ["systemd-socket-activate", "/usr/bin/systemd-socket-activate"],
    debian: ["systemd"],
  },
  {
    name: "authbind",
    steps: ["unit", "faults"],
    variable: "AUTHBIND_PATH",
    candidates: ["authbind", "/usr/bin/authbind"],
    debian: ["authbind"],
  },
  {
    name: "openssl",
    steps: ["unit", "faults"],
    variable: "OPENSSL_PATH",
    candidates: ["openssl", "/usr/bin/openssl"],
    debian: ["openssl"],
  },
  {
    name: "faketime",
    steps: ["faults"],
    variable: "FAKETIME_PATH",
    candidates: ["faketime", "/usr/bin/faketime"],
    debian: ["faketime"],
  },
  {
    name: "sslscan",
    steps: ["faults"],
    variable: "SSLSCAN_PATH",
    candidates: ["sslscan", "/usr/bin/sslscan"],
    debian: ["sslscan"],
  },
];

/**
 * Finds the tools that the chosen steps need and installs the missing ones where that is possible.
 * @param {readonly string[]} steps
 * @returns {Promise<Record<string, string>>} variables for the tests, such as CHROMIUM_PATH
 * @throws {Failure} `SYSTEM_TOOL_MISSING`, `SYSTEM_TOOL_UNUSABLE`, `SYSTEM_INSTALL_FAILED`
 */
export async function ensureSystemTools(steps) {
  const needed = SYSTEM_TOOLS.filter((tool) => tool.steps.some((step) => steps.includes(step)));
  const missing = needed.filter((tool) => locate(tool, process.env) === undefined);
  if (missing.length > 0) await installTools(missing);
  return Object.fromEntries(needed.map((tool) => [tool.variable, locateAny(tool, process.env) ?? ""]));
}

/**
 * @param {SystemTool} tool
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string | undefined} its absolute path, or that of what does instead
 */
export function locateAny(tool, environment) {
  return locate(tool, environment) ?? locate({ ...tool, candidates: tool.instead ?? [] }, environment);
}

/**
 * @param {SystemTool} tool
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string | undefined} its absolute path
 */
export function locate(tool, environment) {
  const chosen = environment[tool.variable];
  if (chosen !== undefined && chosen !== "") {
    if (isExecutable(chosen)) return chosen;
    throw new Failure("SYSTEM_TOOL_UNUSABLE", {
      what: `${tool.variable} is "${chosen}", which is not a program that can be run.`,
      why: `the variable chooses the ${tool.name} that the tests use, so no other one is tried.`,
      fix: `set ${tool.variable} to the full path of ${tool.name}, or unset it.`,
    });
  }
  const folders = (environment["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  return tool.candidates
    .flatMap((candidate) =>
      isAbsolute(candidate) ? [candidate] : folders.map((folder) => join(folder, candidate)),
    )
    .find((candidate) => isExecutable(candidate));
}

/**
 * What is to be done about missing tools, by who runs this and where.
 * @param {readonly SystemTool[]} missing
 * @param {{ isRoot: boolean, hasApt: boolean }} machine
 * @returns {{ install: readonly string[] } | { failure: Failure }} packages to install, or why not
 */
export function planInstall(missing, { isRoot, hasApt }) {
  const packages = [...new Set(missing.flatMap((tool) => tool.debian))];
  if (isRoot && hasApt) return { install: packages };
  const names = missing.map((tool) => tool.name).join(", ");
  const command = `apt-get install --no-install-recommends ${packages.join(" ")}`;
  const variables = missing.map((tool) => tool.variable).join(", ");
  const steps = [...new Set(missing.flatMap((tool) => tool.steps))];
  const failure = new Failure("SYSTEM_TOOL_MISSING", {
    what: `${names} is not installed, and this command ${hasApt ? "is not run as root" : "knows only Debian's packages"}.`,
    why: `the steps that need it (${steps.join(", ")}) cannot run without it.`,
    fix:
      (hasApt ? `run as root: ${command}` : "install it with the system's package manager") +
      `; or point ${variables} at an existing one; or leave the steps out: npm test -- --skip ${steps.join(",")}`,
  });
  return { failure };
}

/** @param {SystemTool} tool */
function isUsable(tool) {
  return locateAny(tool, process.env) !== undefined;
}

/** @param {readonly SystemTool[]} missing */
async function installTools(missing) {
  const isRoot = process.getuid?.() === 0;
  const plan = planInstall(missing, { isRoot, hasApt: isExecutable("/usr/bin/apt-get") });
  if ("failure" in plan && missing.every(isUsable)) return;
  if ("failure" in plan) throw plan.failure;
  const progress = startProgress(`Installing Debian packages (once): ${plan.install.join(", ")}`);
  const patience = ["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const updated = await capture("apt-get", [...patience, "update"], { env });
  // A failed update is not the end: one unreachable source of many, or a list that is still good enough.
  const installed = await capture(
    "apt-get",
    [...patience, "install", "-y", "--no-install-recommends", ...plan.install],
    {
      env,
    },
  );
  progress.done(installed.exitCode === 0 ? "done" : "failed");
  if (missing.every(isUsable)) return;
  throw new Failure("SYSTEM_INSTALL_FAILED", {
    what: `apt-get could not install ${plan.install.join(", ")}.`,
    why: "some steps cannot run without these programs.",
    fix: "see apt-get's own output above; check the network and /etc/apt/sources.list.",
    output: `${updated.output}${installed.output}`,
  });
}

/**
 * @param {string} file
 * @returns {boolean}
 */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
