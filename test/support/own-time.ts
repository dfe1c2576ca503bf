import { waitedMs } from "./waited.mjs";

/**
 * A flag of Node for a program that has to end soon. At its end it tells how long it ran without the time in which other
 * programs had the processor, so that a promise of two seconds can be held to two seconds beside other tests.
 */
export const TELL_OWN_TIME: string = `--import=${new URL("tell-own-time.mjs", import.meta.url).href}`;

const TOLD = /^ran for (\d+) ms of its own$/m;

/**
 * What a program that was started with the flag told on its standard output.
 *
 * @returns milliseconds; NaN, which is in no limit, when it did not come to its end by itself
 */
export function ownMillis(stdout: string): number {
  return Number(TOLD.exec(stdout)?.[1] ?? Number.NaN);
}

/**
 * Counts milliseconds from now on, without the time in which this process had no processor: for promises about a server
 * that runs in the process of its test.
 *
 * @example
 * const elapsed = stopwatch();
 * await ask("/");
 * assert.ok(elapsed() < 1000);
 */
export function stopwatch(): () => number {
  const [startedAt, waitedBefore] = [performance.now(), waitedMs()];
  return () => performance.now() - startedAt - Math.max(0, waitedMs() - waitedBefore);
}
