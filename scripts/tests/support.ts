import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A new folder that goes away with the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "hauberk scripts "));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a piece of JavaScript in a process of its own. */
export function evaluate(code: string): Finished {
  return spawnSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8" });
}
