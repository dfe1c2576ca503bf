import assert from "node:assert/strict";
import { test } from "node:test";
import { ReportKinds } from "./kinds.ts";
import type { BrowserReport } from "./parse.ts";

const report = (page: string): BrowserReport => ({
  type: "csp-violation",
  page,
  rule: "img-src",
  blocked: "https://cdn.example",
  disposition: "enforce",
  source: "",
  noise: false,
});

test("the same report is one kind with a count and two times", () => {
  const kinds = new ReportKinds({ maxKinds: 10, maxNewPerMinute: 10 });
  assert.equal(kinds.add(report("/a"), 1000), true);
  assert.equal(kinds.add(report("/a"), 5000), false);
  const [kind] = kinds.list();
  assert.deepEqual([kind?.count, kind?.firstSeenMs, kind?.lastSeenMs], [2, 1000, 5000]);
});

test("the most frequent comes first", () => {
  const kinds = new ReportKinds({ maxKinds: 10, maxNewPerMinute: 10 });
  for (const page of ["/a", "/b", "/b"]) kinds.add(report(page), 0);
  assert.deepEqual(
    kinds.list().map(({ page }) => page),
    ["/b", "/a"],
  );
});

test("a flood of new kinds neither grows the memory nor pushes out what is known", () => {
  const kinds = new ReportKinds({ maxKinds: 50, maxNewPerMinute: 1_000_000 });
  kinds.add(report("/real"), 0);
  for (let index = 0; index < 100_000; index++) kinds.add(report(`/fake${index}`), index);
  assert.equal(kinds.list().length, 50);
  assert.equal(kinds.dropped, 100_001 - 50);
  kinds.add(report("/real"), 100_001);
  assert.equal(kinds.list()[0]?.page, "/real");
});

test("a minute brings no more new kinds than it may, and the next one some more", () => {
  const kinds = new ReportKinds({ maxKinds: 100, maxNewPerMinute: 3 });
  for (let index = 0; index < 10; index++) kinds.add(report(`/${index}`), 0);
  assert.equal(kinds.list().length, 3);
  kinds.add(report("/late"), 59_999);
  assert.equal(kinds.list().length, 3);
  kinds.add(report("/next"), 60_000);
  assert.equal(kinds.list().length, 4);
});

test("a clock that is set back does not stop the counting", () => {
  const kinds = new ReportKinds({ maxKinds: 100, maxNewPerMinute: 1 });
  kinds.add(report("/a"), 10_000_000);
  assert.equal(kinds.add(report("/b"), 5), true);
});

test("clearing forgets kinds and drops", () => {
  const kinds = new ReportKinds({ maxKinds: 1, maxNewPerMinute: 10 });
  kinds.add(report("/a"), 0);
  kinds.add(report("/b"), 0);
  kinds.clear();
  assert.deepEqual([kinds.list().length, kinds.dropped], [0, 0]);
  assert.equal(kinds.add(report("/b"), 0), true);
});
