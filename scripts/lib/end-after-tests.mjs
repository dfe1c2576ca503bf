// Loaded before each test file. A test that failed may have left a server open: the file would never end, and nobody would
// hear why. Not `--test-force-exit`: it ends a file before all its results are on their way, and drops those without a word.
import { basename } from "node:path";

const GRACE_MS = 2_000;

// Test files start programs with the same flags; those have no tests to wait for.
if (
  process.env["NODE_TEST_CONTEXT"] !== undefined &&
  /\.test\.m?[jt]s$/.test(basename(process.argv[1] ?? ""))
) {
  const { after } = await import("node:test");
  after(() => void setTimeout(() => process.exit(), GRACE_MS).unref());
}
