import assert from "node:assert/strict";
import { test } from "node:test";
import { chartOf } from "./chart.ts";

const HOUR_MS = 3_600_000;
/** 2026-11-25T12:30:00Z */
const NOW_MS = 1_795_609_800_000;
const THIS_HOUR_MS = NOW_MS - (NOW_MS % HOUR_MS);
const hour = (ago: number, reports: number, noise = 0, dropped = 0) => ({
  hourMs: THIS_HOUR_MS - ago * HOUR_MS,
  reports,
  noise,
  dropped,
});

test("the last day has 24 bars, of which the last is this hour", () => {
  const { bars, total } = chartOf([hour(0, 3), hour(23, 1), hour(24, 50)], NOW_MS, "day");
  assert.equal(bars.length, 24);
  assert.equal(bars.at(-1)?.beganMs, THIS_HOUR_MS);
  assert.deepEqual([bars.at(-1)?.counts.reports, bars[0]?.counts.reports, total], [3, 1, 4]);
});

test("the last two weeks have 14 bars, of which the last is today", () => {
  const { bars, total } = chartOf(
    [hour(0, 3), hour(12, 4), hour(13, 5), hour(14 * 24, 50)],
    NOW_MS,
    "fortnight",
  );
  assert.equal(bars.length, 14);
  assert.deepEqual(
    bars.slice(-2).map(({ counts }) => counts.reports),
    [5, 7],
  );
  assert.equal(total, 12);
});

test("the highest bar fills the chart, and what extensions caused stands on top", () => {
  const { bars, height, most } = chartOf([hour(0, 6, 2), hour(1, 2)], NOW_MS, "day");
  const [before, last] = bars.slice(-2);
  assert.equal(most, 8);
  assert.deepEqual(
    [last?.reports.height, last?.noise.height, last?.noise.y],
    [height * 0.75, height * 0.25, 0],
  );
  assert.deepEqual([before?.reports.height, before?.reports.y], [height * 0.25, height * 0.75]);
});

test("nothing reported is a flat chart and no division by zero", () => {
  const { bars, most, total } = chartOf([], NOW_MS, "day");
  assert.deepEqual([most, total], [1, 0]);
  assert.ok(bars.every(({ reports, noise }) => reports.height === 0 && noise.height === 0));
});

test("an hour from the future, of a clock that was set back, is left out", () => {
  assert.equal(chartOf([hour(-5, 9)], NOW_MS, "day").total, 0);
});

test("what had no room is told", () => {
  assert.equal(chartOf([hour(0, 1, 0, 7), hour(2, 1, 0, 3), hour(30, 0, 0, 99)], NOW_MS, "day").dropped, 10);
});

for (const [name, broken] of [
  ["NaN", Number.NaN],
  ["a negative count", -5],
  ["no number", "<b>" as unknown as number],
  ["infinity", Number.POSITIVE_INFINITY],
] as const) {
  test(`${name} from a store counts for nothing, and the bars stay in the picture`, () => {
    const { bars, most, total, dropped, height } = chartOf(
      [hour(0, broken, broken, broken), hour(1, 4)],
      NOW_MS,
      "day",
    );
    assert.deepEqual([most, total, dropped], [4, 4, 0]);
    for (const { reports, noise } of bars)
      for (const { y, height: tall } of [reports, noise])
        assert.ok(y >= 0 && tall >= 0 && y + tall <= height);
  });
}

test("counts beyond all measure stay in the picture", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const { bars, height } = chartOf([hour(0, most, most), hour(1, 1)], NOW_MS, "day");
  assert.deepEqual([bars.at(-1)?.noise.y, bars.at(-1)?.reports.height], [0, height / 2]);
});
