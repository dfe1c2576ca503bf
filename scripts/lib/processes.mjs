// @ts-check
import { spawn } from "node:child_process";
import { constants } from "node:os";

const OUTPUT_LIMIT_CHARACTERS = 100_000;

/**
 * Runs a program to its end and keeps what it prints, for showing it only when something goes wrong.
 * SIGINT and SIGTERM end the program too, then this process.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, echo?: boolean, timeoutMs?: number }} [options]
 *   `echo` also prints the output as it comes.
 * @returns {Promise<{ exitCode: number, output: string }>}
 */
export async function capture(command, args, { cwd, env, echo = false, timeoutMs } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs });
  let output = "";
  /** @param {Buffer} chunk @param {NodeJS.WriteStream} stream */
  const keep = (chunk, stream) => {
    output = (output + chunk.toString()).slice(-OUTPUT_LIMIT_CHARACTERS);
    if (echo) stream.write(chunk);
  };
  child.stdout.on("data", (chunk) => keep(chunk, process.stdout));
  child.stderr.on("data", (chunk) => keep(chunk, process.stderr));
  const stop = stopWith(child);
  try {
    const exitCode = await exitCodeOf(child);
    return { exitCode, output };
  } catch (error) {
    return {
      exitCode: 127,
      output: `${output}${error instanceof Error ? error.message : "could not be started"}\n`,
    };
  } finally {
    stop();
  }
}

/**
 * Runs a program on this terminal until it ends.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} its exit code
 */
export async function run(command, args, { cwd, env } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: "inherit" });
  const stop = stopWith(child);
  try {
    return await exitCodeOf(child);
  } finally {
    stop();
  }
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @returns {Promise<number>} 128 + signal number when a signal ended it, as a shell reports it
 */
export function exitCodeOf(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @returns {() => void} stops listening
 */
function stopWith(child) {
  /** @param {NodeJS.Signals} signal */
  const end = (signal) => {
    child.once("close", () => process.exit(128 + constants.signals[signal]));
    child.kill(signal);
  };
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  return () => {
    process.off("SIGINT", end);
    process.off("SIGTERM", end);
  };
}
