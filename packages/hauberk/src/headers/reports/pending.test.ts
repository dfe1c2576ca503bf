import assert from "node:assert/strict";
import { test } from "node:test";
import type { BrowserReport } from "./parse.ts";
import { PendingReports } from "./pending.ts";
import type { ReportBatch } from "./store.ts";

const report = (blocked: string): BrowserReport => ({
  type: "csp-violation",
  page: "/",
  rule: "img-src",
  blocked,
  disposition: "enforce",
  source: "",
  noise: false,
});
const LIMITS = { maxKinds: 10, maxNewPerMinute: 3 };
const counts = (batch: ReportBatch): [string, number][] =>
  batch.reports.map(({ report: { blocked }, count }) => [blocked, count]);

test("counts what says the same together", () => {
  const pending = new PendingReports(LIMITS);
  for (const blocked of ["a", "b", "a"]) pending.add(report(blocked), 1);
  assert.deepEqual(counts(pending.take(1)), [
    ["a", 2],
    ["b", 1],
  ]);
  assert.ok(pending.isEmpty);
});

test("lets only as many unknown ones wait as the minute allows, and counts the rest", () => {
  const pending = new PendingReports(LIMITS);
  for (let index = 0; index < 100_000; index++) pending.add(report(`h${index}`), 1);
  const batch = pending.take(1);
  assert.deepEqual([batch.reports.length, batch.dropped, batch.maxNew], [3, 99_997, 3]);
});

test("lets what the store knows through when the minute is used up", () => {
  const pending = new PendingReports(LIMITS);
  for (const blocked of ["a", "b", "c"]) pending.add(report(blocked), 1);
  pending.learn(pending.take(1), ["new", "new", "new"]);
  for (const blocked of ["a", "d", "b"]) pending.add(report(blocked), 2);
  const batch = pending.take(2);
  assert.deepEqual(counts(batch), [
    ["a", 1],
    ["b", 1],
  ]);
  assert.deepEqual([batch.dropped, batch.maxNew], [1, 0]);
});

for (const [name, laterMs] of [
  ["a minute later", 60_001],
  ["when the clock was set back", -5],
] as const) {
  test(`begins a new minute ${name}`, () => {
    const pending = new PendingReports(LIMITS);
    for (const blocked of ["a", "b", "c"]) pending.add(report(blocked), 1);
    pending.learn(pending.take(1), ["new", "new", "new"]);
    pending.add(report("d"), 1 + laterMs);
    assert.equal(pending.take(1 + laterMs).reports.length, 1);
  });
}

test("counts what the store had no room for as unknown again", () => {
  const pending = new PendingReports(LIMITS);
  pending.add(report("a"), 1);
  pending.learn(pending.take(1), ["dropped"]);
  for (const blocked of ["a", "b", "c", "d"]) pending.add(report(blocked), 2);
  assert.equal(pending.take(2).dropped, 1);
});

test("puts back what a store did not take, counted together with what came since", () => {
  const pending = new PendingReports(LIMITS);
  for (const blocked of ["a", "a", "b"]) pending.add(report(blocked), 1);
  const lost = pending.take(1);
  for (const blocked of ["a", "c"]) pending.add(report(blocked), 5);
  pending.putBack(lost);
  const batch = pending.take(6);
  assert.deepEqual(
    new Map(counts(batch)),
    new Map([
      ["a", 3],
      ["c", 1],
      ["b", 1],
    ]),
  );
  assert.equal(batch.reports.find(({ report: { blocked } }) => blocked === "a")?.lastSeenMs, 5);
});

test("stays within its bound while a store is down", () => {
  const pending = new PendingReports({ maxKinds: 5, maxNewPerMinute: 5 });
  let total = 0;
  for (let round = 0; round < 50; round++) {
    for (let index = 0; index < 10; index++) pending.add(report(`r${round}-${index}`), round * 61_000);
    total += 10;
    const batch = pending.take(round * 61_000);
    assert.ok(batch.reports.length <= 10, String(batch.reports.length));
    pending.putBack(batch);
  }
  const { reports, dropped } = pending.take(1e9);
  assert.equal(reports.length + dropped, total);
  assert.ok(reports.length <= 5);
});
