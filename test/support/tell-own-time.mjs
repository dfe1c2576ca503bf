// @ts-check
// Loaded before a program whose time a test looks at: see own-time.ts.
import { writeSync } from "node:fs";
import { waitedMs } from "./waited.mjs";

const STDOUT = 1;

// Processes that are forked inherit the flag; only the one that was started tells.
if (process.env["NODE_UNIQUE_ID"] === undefined)
  process.on("exit", () => {
    const { user, system } = process.cpuUsage();
    const ownMs = Math.max((user + system) / 1000, performance.now() - waitedMs());
    writeSync(STDOUT, `\nran for ${Math.round(ownMs)} ms of its own\n`);
  });
