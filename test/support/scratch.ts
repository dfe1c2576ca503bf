import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** What `test` and `before` hand out that lets something be cleaned up afterwards. */
type Cleanup = Pick<TestContext, "after">;

/** An empty folder that is gone after the test. */
export function scratchFolder(t: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), "hauberk-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
