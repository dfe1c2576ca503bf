import assert from "node:assert/strict";
import { test } from "node:test";
import { cacheKibOf, thisMachine, type Machine } from "./sqlite-cache.ts";

const GIB = 2 ** 30;
const rows: readonly [string, Partial<Machine>, wantMib: number][] = [
  ["a quarter of the memory", {}, 256],
  ["a quarter divided among the workers of eight processors", { totalBytes: 16 * GIB, processors: 8 }, 512],
  ["what a container may have, not what its host has", { totalBytes: 64 * GIB, allowedBytes: GIB }, 256],
  ["as before in a container of 128 MB", { allowedBytes: GIB / 8 }, 32],
  ["as before with many processors and little memory", { processors: 64 }, 32],
  ["no more than two million sessions need", { totalBytes: 512 * GIB }, 512],
  ["the machine's where a control group says nothing", { allowedBytes: 0 }, 256],
  ["the machine's where a control group says without end", { allowedBytes: 2 ** 64 }, 256],
  ["the machine's where nobody can say", { allowedBytes: Number.NaN }, 256],
  ["the least where nothing is known at all", { totalBytes: Number.NaN, processors: 0 }, 32],
];
for (const [name, facts, wantMib] of rows) {
  test(`keeps pages of SQLite: ${name}`, () => {
    const kib = cacheKibOf({ totalBytes: GIB, allowedBytes: 0, processors: 1, ...facts });
    assert.equal(kib / 1024, wantMib);
  });
}

test("keeps pages of SQLite within its bounds on this machine", () => {
  const kib = cacheKibOf(thisMachine());
  assert.ok(kib >= 32_768 && kib <= 524_288, String(kib));
});
