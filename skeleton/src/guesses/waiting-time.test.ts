import assert from "node:assert/strict";
import { test } from "node:test";
import { waitingTime } from "./waiting-time.ts";

const CASES: readonly [seconds: number, words: string][] = [
  [Number.NaN, "a minute"],
  [-5, "a minute"],
  [0, "a minute"],
  [1, "a minute"],
  [60, "a minute"],
  [61, "2 minutes"],
  [119.5, "2 minutes"],
  [720, "12 minutes"],
  [3541, "an hour"],
  [3600, "an hour"],
  [3601, "2 hours"],
  [86_400, "24 hours"],
];

for (const [seconds, words] of CASES) {
  test(`says ${seconds} seconds as "${words}"`, () => {
    assert.equal(waitingTime(seconds), words);
  });
}
