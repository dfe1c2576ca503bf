import assert from "node:assert/strict";
import type { Configuration } from "../apps/configured.ts";
import { bundled } from "../support/bundle.ts";
import { freePort, isListening } from "../support/free-port.ts";
import { fileOf, runFile, type RunOptions, type RunResult } from "../support/run-child.ts";

/** The three lines of a configuration error, wherever they stand in what Node prints of an uncaught error. */
const HOUSE_FORMAT = /\[([A-Z_]+)\] (.+)\n\s+Why: (.+)\n\s+Fix: (.+)/;

/** The longest a start may take to refuse, in time of its own. */
const LIMIT_MS = 2000;

/**
 * For one that first reads a few hundred TypeScript sources, which takes it 1.5 s of the two, and more where other programs share
 * the caches of its processor.
 */
export const FROM_SOURCES_LIMIT_MS = 5000;

/** Starts an application with this configuration, and fails unless it refuses in the house format and leaves nothing. */
export async function assertStartRefused(
  configuration: Configuration,
  code: string | readonly string[],
  run: RunOptions = {},
): Promise<RunResult> {
  const port = await freePort();
  const result = await start({ ...configuration, listen: { port, ...configuration.listen } }, run);
  assertRefusal(result, code);
  assert.equal(await isListening(port), false, "a socket was left");
  return result;
}

let application: Promise<string> | undefined;

/** Starts an application with this configuration and waits for its end. "Infinity" stands for the number. */
export async function start(configuration: Configuration, run: RunOptions = {}): Promise<RunResult> {
  application ??= bundled(fileOf("../apps/configured.ts", import.meta.url));
  return startFile(await application, {
    ...run,
    args: [JSON.stringify(configuration).replaceAll('"Infinity"', "1e999")],
  });
}

const ATTEMPTS = 3;

/** Runs a program that should refuse to start. A cold disk may make it slow once; a slow start is slow each time. */
export async function startFile(
  file: string,
  run: RunOptions,
  limitMs: number = LIMIT_MS,
): Promise<RunResult> {
  let result = await runFile(file, run);
  for (let attempt = 1; attempt < ATTEMPTS && !(result.millis < limitMs); attempt++)
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    result = await runFile(file, run);
  return result;
}

/** Fails unless a program refused to start, in time and in the house format; with one of these codes, if any are given. */
export function assertRefusal(
  result: RunResult,
  code: string | readonly string[] = [],
  limitMs: number = LIMIT_MS,
): void {
  const { code: exitCode, millis, stderr } = result;
  assert.notEqual(exitCode, null, "still running after a minute");
  assert.notEqual(exitCode, 0, "exit code 0");
  const [, received, ...sentences] = HOUSE_FORMAT.exec(stderr) ?? [];
  assert.ok(received !== undefined, `not in the house format:\n${stderr}`);
  const codes = [code].flat();
  assert.ok(codes.length === 0 || codes.includes(received), `expected ${codes.join(" or ")}:\n${stderr}`);
  for (const sentence of sentences) assert.ok(sentence.length > 10, stderr);
  assert.ok(millis < limitMs, `took ${millis.toFixed(0)} ms`);
}
