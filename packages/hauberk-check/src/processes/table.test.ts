import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { readProcesses } from "./table.ts";

const NOWHERE = join(tmpdir(), "hauberk-no-such-folder");

describe("the table of processes", { skip: process.platform === "win32" }, () => {
  for (const [from, folder] of [
    ["the system's folder", undefined],
    ["ps, where there is no such folder", NOWHERE],
  ] as const) {
    it(`knows who started this process, from ${from}`, () => {
      const found = readProcesses(folder).filter(({ id }) => id === process.pid);
      assert.deepEqual(found, [{ id: process.pid, parent: process.ppid }]);
    });
  }

  it("is not misled by a process that names itself like a line of it", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "hauberk-proc-"));
    t.after(() => rmSync(folder, { recursive: true }));
    for (const [name, stat] of [
      ["17", "17 (x) S 1 (y) S 16 17 17 0 -1\n"],
      ["18", undefined],
      ["self", "19 (z) S 16 0\n"],
    ] as const) {
      mkdirSync(join(folder, name));
      if (stat !== undefined) writeFileSync(join(folder, name, "stat"), stat);
    }
    assert.deepEqual(readProcesses(folder), [{ id: 17, parent: 16 }]);
  });
});
