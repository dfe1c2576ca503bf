import assert from "node:assert/strict";
import { test } from "node:test";
import { decideExcess } from "./user-limit.ts";

const rows: readonly [string, sessions: string, max: number, endOldest: boolean, excess: string][] = [
  ["ends nothing below the limit", "ab", 3, true, ""],
  ["ends nothing at the limit", "abc", 3, true, ""],
  ["ends the oldest beyond the limit", "abcd", 3, true, "a"],
  ["ends all that are too many after the limit was lowered", "abcdef", 2, true, "abcd"],
  ["refuses the newest beyond the limit", "abcd", 3, false, "d"],
  ["refuses all newer ones of parallel logins", "abcdef", 3, false, "def"],
  ["refuses nothing at the limit", "abc", 3, false, ""],
];
for (const [name, sessions, max, endOldest, excess] of rows) {
  test(name, () =>
    assert.deepEqual(decideExcess(Array.from(sessions), { max, endOldest }), Array.from(excess)),
  );
}
