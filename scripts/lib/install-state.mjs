// @ts-check
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runtimePath } from "./paths.mjs";

/** @typedef {{ version?: string, link?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean }} LockedPackage */
/** @typedef {{ packages: Record<string, LockedPackage> }} Lockfile */
/** @typedef {"complete" | "no-runtime" | "missing"} InstallState */

const stampFile = (/** @type {string} */ folder) => join(folder, "node_modules", ".hauberk-install");

/**
 * What a completed installation of this lockfile on this machine is marked with.
 * @param {string} folder
 * @returns {string}
 */
export function stampOf(folder) {
  const lock = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  return `${process.platform}-${process.arch} ${lock}`;
}

/** @param {string} folder */
export function writeStamp(folder) {
  writeFileSync(stampFile(folder), stampOf(folder));
}

/**
 * @param {string} folder
 * @returns {InstallState} `no-runtime`: everything is there but the Node binary (npm ran with `ignore-scripts`)
 */
export function readInstallState(folder) {
  const stamp = read(stampFile(folder));
  const wanted = stampOf(folder);
  if (stamp !== wanted && !(isSamePlatform(stamp, wanted) && wasInstalledByHand(folder))) return "missing";
  return existsSync(runtimePath(folder)) ? "complete" : "no-runtime";
}

/**
 * Whether what npm says it installed covers what the lockfile asks for, so that a plain `npm install` is honoured.
 * Packages for other platforms are optional and may be missing.
 * @param {Lockfile} locked package-lock.json
 * @param {Lockfile} installed node_modules/.package-lock.json, which npm writes last
 * @param {(path: string) => boolean} isThere whether a path of the list is on the disk
 * @returns {boolean}
 */
export function covers(locked, installed, isThere) {
  return Object.entries(locked.packages).every(([path, { version, link, optional, devOptional, peer }]) => {
    if (!path.includes("node_modules/") || optional || devOptional || peer) return true;
    const found = installed.packages[path];
    const same = found !== undefined && (link === true ? found.link === true : found.version === version);
    return same && isThere(path);
  });
}

/**
 * @param {string | undefined} stamp
 * @param {string} wanted
 * @returns {boolean}
 */
function isSamePlatform(stamp, wanted) {
  return stamp === undefined || stamp.split(" ")[0] === wanted.split(" ")[0];
}

/**
 * @param {string} folder
 * @returns {boolean}
 */
function wasInstalledByHand(folder) {
  const locked = read(join(folder, "package-lock.json"));
  const installed = read(join(folder, "node_modules", ".package-lock.json"));
  if (locked === undefined || installed === undefined) return false;
  try {
    // `npm install --package-lock-only` writes npm's list without installing anything.
    const isThere = (/** @type {string} */ path) => existsSync(join(folder, path));
    return covers(JSON.parse(locked), JSON.parse(installed), isThere);
  } catch {
    return false;
  }
}

/**
 * @param {string} file
 * @returns {string | undefined}
 */
function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
