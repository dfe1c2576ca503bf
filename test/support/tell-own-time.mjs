// Loaded before a program whose time a test looks at: see own-time.ts.
import { readFileSync, writeSync } from "node:fs";

const STDOUT = 1;

// Processes that are forked inherit the flag; only the one that was started tells.
if (process.env["NODE_UNIQUE_ID"] === undefined)
  process.on("exit", () => {
    writeSync(STDOUT, `\nran for ${Math.round(performance.now() - waitedMs())} ms of its own\n`);
  });

/** How long its main thread could have run and had no processor. Linux counts it in nanoseconds. */
function waitedMs() {
  try {
    return Number(readFileSync("/proc/self/schedstat", "utf8").split(" ")[1]) / 1e6;
  } catch {
    return 0;
  }
}
