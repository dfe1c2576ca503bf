import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where to register what is cleaned up afterwards: a test's context, or `{ after }` of node:test for a whole file. */
export interface Cleanup {
  readonly after: (clean: () => void | Promise<void>) => void;
}

/** An empty folder that is gone after the test. */
export function scratchFolder(t: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), "hauberk-test-"));
  t.after(() => {
    for (const inner of foldersBelow(folder)) chmodSync(inner, 0o700);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** A test may have made one read-only, and then nobody but root could empty it. */
function foldersBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return entries.map(({ name }) => join(folder, name));
}
