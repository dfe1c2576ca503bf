// Loaded before each test file. A test that failed may have left a server open: the file would never end, and nobody would
// hear why. Not `--test-force-exit`: it ends a file before all its results are on their way, and drops those without a word.
import { basename } from "node:path";

const LOOK_MS = 200;
const QUIET_LOOKS = 10;

// Test files start programs with the same flags; those have no tests to wait for.
if (
  process.env["NODE_TEST_CONTEXT"] !== undefined &&
  /\.test\.m?[jt]s$/.test(basename(process.argv[1] ?? ""))
) {
  const { after } = await import("node:test");
  after(() => endOnceQuiet());
}

/**
 * Ends the process when results come no more, and all have been read: a file whose results are cut off passes, whatever
 * failed in it, and on a busy machine the runner reads late.
 */
function endOnceQuiet(written = -1, quietLooks = 0) {
  setTimeout(() => {
    const { bytesWritten, writableLength } = process.stdout;
    const quiet = bytesWritten === written && writableLength === 0 ? quietLooks + 1 : 0;
    if (quiet >= QUIET_LOOKS) process.exit();
    endOnceQuiet(bytesWritten, quiet);
  }, LOOK_MS).unref();
}
