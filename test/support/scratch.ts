import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where to register what is cleaned up afterwards: a test's context, or `{ after }` of node:test for a whole file. */
export interface Cleanup {
  readonly after: (clean: () => void | Promise<void>) => void;
}

/** An empty folder that is gone after the test. */
export function scratchFolder(t: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), "hauberk-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
