import assert from "node:assert/strict";
import { test } from "node:test";
import { createClock } from "./clock.ts";

const HOUR = 3_600_000;
/** What both clocks say at each reading, and what sessions are told. Start: wall 0, monotonic 0. */
const readings: readonly [string, steps: readonly [wall: number, monotonic: number, told: number][]][] = [
  [
    "follows the wall clock",
    [
      [10, 10, 10],
      [20, 20, 20],
    ],
  ],
  [
    "goes on when the wall clock jumps back two days",
    [
      [HOUR, HOUR, HOUR],
      [-48 * HOUR, 2 * HOUR, 2 * HOUR],
    ],
  ],
  [
    "goes on from a jump back, reading after reading",
    [
      [-HOUR, 5, 5],
      [-HOUR, 6, 6],
      [-HOUR + 2, 7, 7],
    ],
  ],
  [
    "takes a jump ahead, and does not take it back",
    [
      [HOUR, 1, HOUR],
      [2, 2, HOUR + 1],
    ],
  ],
  [
    "stands still at least when both clocks do",
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ],
  ["gives whole milliseconds", [[0.9, 0.9, 0]]],
];
for (const [name, steps] of readings) {
  test(name, () => {
    let [wall, monotonic] = [0, 0];
    const clock = createClock(
      () => wall,
      () => monotonic,
    );
    for (const [nextWall, nextMonotonic, told] of steps) {
      [wall, monotonic] = [nextWall, nextMonotonic];
      assert.equal(clock(), told);
    }
  });
}
