// @ts-check
import { readdirSync, readFileSync } from "node:fs";

/**
 * How long the threads of this process could have run and had no processor, in milliseconds: the main thread waits for
 * those that compile and read for it. Linux counts it; on a machine that has nothing else to do it is nothing.
 *
 * @returns {number}
 */
export function waitedMs() {
  try {
    return readdirSync("/proc/self/task")
      .map(
        (thread) => Number(readFileSync(`/proc/self/task/${thread}/schedstat`, "utf8").split(" ")[1]) / 1e6,
      )
      .reduce((sum, each) => sum + each, 0);
  } catch {
    return 0;
  }
}
