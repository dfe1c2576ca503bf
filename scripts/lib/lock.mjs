// @ts-check
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const HEARTBEAT_MS = 1000;
const SILENCE_MS = 60_000;
const POLL_MS = 200;

/**
 * Runs `work` while no other process holds the lock file; a holder that died or fell silent loses it.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {() => void} [onWait] called once, when another process holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(file, work, onWait = () => {}) {
  mkdirSync(dirname(file), { recursive: true });
  let waited = false;
  while (!take(file)) {
    if (dropAbandoned(file)) continue;
    if (!waited) onWait();
    waited = true;
    await sleep(POLL_MS);
  }
  const release = () => {
    if (ownerOf(file) === String(process.pid)) rmSync(file, { force: true });
  };
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS);
  process.once("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.off("exit", release);
    release();
  }
}

/**
 * The file appears with its content in one step (a link), so nobody reads a lock without an owner.
 * @param {string} file
 * @returns {boolean}
 */
function take(file) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Removes a lock whose owner is gone. Renaming first lets only one of several waiters do it.
 * @param {string} file
 * @returns {boolean} whether it is worth trying again at once
 */
function dropAbandoned(file) {
  const owner = ownerOf(file);
  if (owner === undefined) return true;
  if (isRunning(Number(owner)) && !isSilent(file)) return false;
  const grave = `${file}.abandoned.${process.pid}`;
  try {
    renameSync(file, grave);
    // Another waiter was faster and the lock taken is a living one: give it back.
    if (ownerOf(grave) !== owner) linkSync(grave, file);
    rmSync(grave, { force: true });
  } catch (error) {
    if (codeOf(error) !== "ENOENT" && codeOf(error) !== "EEXIST") throw error;
  }
  return true;
}

/**
 * @param {string} file
 * @returns {string | undefined} its process number, as text: a damaged file has none, and is abandoned too
 */
function ownerOf(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * @param {number} pid
 * @returns {boolean}
 */
function isRunning(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return codeOf(error) === "EPERM";
  }
}

/**
 * A number may have passed on to another program; the owner itself touches the file every second.
 * @param {string} file
 * @returns {boolean}
 */
function isSilent(file) {
  try {
    return Date.now() - statSync(file).mtimeMs > SILENCE_MS;
  } catch {
    return true;
  }
}

/** @param {string} file */
function touch(file) {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Taken away or deleted by hand: nothing to keep alive.
  }
}

/**
 * @param {unknown} error
 * @returns {unknown}
 */
function codeOf(error) {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
