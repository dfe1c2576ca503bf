import assert from "node:assert/strict";
import { test } from "node:test";
import { decideGcra, rateOf } from "./gcra.ts";

/** How many of the requests at these times get through. */
function passed(timesMs: readonly number[], limit: number, windowSeconds: number, burst: number): number {
  const rate = rateOf(limit, windowSeconds, burst);
  let tat: number | undefined;
  let count = 0;
  for (const now of timesMs) {
    const result = decideGcra(tat, now, rate);
    tat = result.tatMs;
    if (result.allow) count += 1;
  }
  return count;
}

const times = (count: number, everyMs: number, from = 0): number[] =>
  Array.from({ length: count }, (_, at) => from + at * everyMs);

test("lets a burst pass and not one more", () => {
  for (const burst of [1, 2, 5, 100]) assert.equal(passed(times(1000, 0), 100, 60, burst), burst);
});

test("keeps a fast pace to a thousandth of a millisecond", () => {
  const { intervalMs } = rateOf(10_000, 1, 100);
  assert.ok(intervalMs >= 0.1 && intervalMs < 0.101, String(intervalMs));
});

test("loses no request of a burst to rounding, whatever the pace", () => {
  for (let limit = 1; limit <= 600; limit += 7)
    assert.equal(passed(times(limit + 5, 0, 1_795_000_000_123), limit, 60, limit), limit);
});

test("lets no second burst pass where two windows would meet", () => {
  assert.equal(passed([...times(10, 0, 999), ...times(10, 0, 1001)], 10, 1, 10), 10);
  assert.equal(passed([...times(10, 0, 999), ...times(10, 0, 1101)], 10, 1, 10), 11);
});

test("lets no window of any position hold more than the burst and the rate allow", () => {
  const rate = rateOf(10, 1, 5);
  const allowed: number[] = [];
  let tat: number | undefined;
  for (const now of times(5000, 3)) {
    const result = decideGcra(tat, now, rate);
    tat = result.tatMs;
    if (result.allow) allowed.push(now);
  }
  for (const start of allowed) {
    const within = allowed.filter((at) => at >= start && at < start + 1000).length;
    assert.ok(within <= 15, `${within} within a second from ${start} ms`);
  }
  assert.ok(allowed.length <= 5 + 150 && allowed.length >= 150);
});

test("lets a steady client at the rate pass for ever", () => {
  assert.equal(passed(times(1000, 100), 10, 1, 1), 1000);
  assert.equal(passed(times(1000, 99), 10, 1, 1), 500);
});

test("makes a refused request cost nothing", () => {
  const rate = rateOf(1, 10, 1);
  const first = decideGcra(undefined, 0, rate);
  const refused = decideGcra(first.tatMs, 9999, rate);
  assert.equal(refused.allow, false);
  assert.equal(refused.tatMs, first.tatMs);
  assert.equal(decideGcra(refused.tatMs, 10_000, rate).allow, true);
});

test("says truly when to come again", () => {
  const rate = rateOf(6, 60, 2);
  let tat: number | undefined;
  for (const now of [0, 0, 0]) tat = decideGcra(tat, now, rate).tatMs;
  const refused = decideGcra(tat, 1, rate);
  assert.deepEqual([refused.allow, refused.remaining, refused.retryAfterSeconds], [false, 0, 10]);
  assert.equal(decideGcra(tat, refused.retryAfterSeconds * 1000, rate).allow, true);
});

test("counts down what remains", () => {
  const rate = rateOf(60, 60, 3);
  let tat: number | undefined;
  const remaining = [0, 0, 0, 0].map((now) => {
    const result = decideGcra(tat, now, rate);
    tat = result.tatMs;
    return result.remaining;
  });
  assert.deepEqual(remaining, [2, 1, 0, 0]);
});

test("locks nobody out for longer when the clock jumps back two days", () => {
  const rate = rateOf(10, 1, 10);
  const before = decideGcra(undefined, 2 * 86_400_000, rate);
  const after = decideGcra(before.tatMs, 0, rate);
  assert.equal(decideGcra(after.tatMs, 1100, rate).allow, true);
});

test("charges the cost of a request, and never lets one pass that costs more than the burst", () => {
  const rate = rateOf(10, 10, 10);
  const first = decideGcra(undefined, 0, rate, 8);
  assert.deepEqual([first.allow, first.remaining], [true, 2]);
  assert.equal(decideGcra(first.tatMs, 0, rate, 3).allow, false);
  assert.equal(decideGcra(first.tatMs, 0, rate, 2).allow, true);
  assert.equal(decideGcra(undefined, 0, rate, 11).allow, false);
});

for (const cost of [Number.NaN, -1, -1000, Infinity, 0.5]) {
  test(`refuses a cost of ${cost}: it could be a way to pay nothing`, () => {
    assert.throws(() => decideGcra(undefined, 0, rateOf(10, 10, 10), cost), RangeError);
  });
}

test("refuses when what is stored is no number", () => {
  assert.equal(decideGcra(Number.NaN, 0, rateOf(10, 10, 10)).allow, false);
});
