// @ts-check
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { exitCodeOf } from "./processes.mjs";

const REPEAT_MS = 1000;
const PARENT_CHECK_MS = 500;
const FORWARDED = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
const lifeline = fileURLToPath(new URL("lifeline.mjs", import.meta.url));

/**
 * Runs a server as this process's only job: same output, same exit code, each signal passed on exactly once.
 *
 * The server gets a process group of its own. Otherwise one Ctrl-C reaches it three times: from the terminal,
 * from npm and from here, and a server may take the second for "stop now, drop the connections".
 * @param {string} runtime
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
export async function serve(runtime, args) {
  const child = spawn(runtime, [`--import=${lifeline}`, ...args], {
    // The last one is the lifeline: a pipe that closes when this process ends, however it ends.
    stdio: ["ignore", "inherit", "inherit", "pipe"],
    env: { ...process.env, HAUBERK_START_PID: String(process.pid) },
    detached: true,
  });
  /** @type {Map<NodeJS.Signals, number>} */
  const lastAt = new Map();
  for (const signal of FORWARDED) {
    process.on(signal, () => {
      const now = performance.now();
      const isRepeat = now - (lastAt.get(signal) ?? -Infinity) < REPEAT_MS;
      lastAt.set(signal, now);
      if (!isRepeat) child.kill(signal);
    });
  }
  if (process.env["npm_lifecycle_event"] !== undefined) stopWithoutParent(() => child.kill("SIGTERM"));
  return exitCodeOf(child);
}

/**
 * Under `npm start` this process belongs to npm. When npm is killed (kill -9), a server left behind would hold its port.
 * @param {() => void} stop
 */
function stopWithoutParent(stop) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, PARENT_CHECK_MS).unref();
}
