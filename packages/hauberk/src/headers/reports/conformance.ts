import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { MaybePromise } from "../../session/store.ts";
import type { BrowserReport } from "./parse.ts";
import { HOUR_MS, KEPT_HOURS, KEPT_MS, LONELY_MS, type ReportBatch, type ReportStore } from "./store.ts";

/** The store under test. It is emptied before each test. */
export interface ReportStoreSetup {
  readonly open: () => MaybePromise<ReportStore>;
  /** Another client of the same data, for a store that several processes share. */
  readonly openAnother?: () => MaybePromise<ReportStore>;
}

/** 2026-11-25T12:30:00Z, in the middle of an hour. */
const NOW_MS = 1_795_609_800_000;

function report(blocked: string, changes: Partial<BrowserReport> = {}): BrowserReport {
  return {
    type: "csp-violation",
    page: "/notes/*",
    rule: "img-src",
    blocked,
    disposition: "enforce",
    source: "",
    noise: false,
    ...changes,
  };
}

function batch(
  reports: readonly (BrowserReport | readonly [BrowserReport, number])[],
  changes: Partial<ReportBatch> = {},
): ReportBatch {
  const atMs = changes.atMs ?? NOW_MS;
  const counted = reports.map((each) => ("type" in each ? ([each, 1] as const) : each));
  return {
    reports: counted.map(([one, count]) => ({ report: one, count, lastSeenMs: atMs })),
    dropped: 0,
    atMs,
    maxKinds: 100,
    maxNew: 100,
    ...changes,
  };
}

/** What reports say, in an order of its own. */
function sayings(list: readonly BrowserReport[]): readonly string[] {
  return list
    .map(({ type, page, rule, blocked, disposition, source, noise }) =>
      JSON.stringify([type, page, rule, blocked, disposition, source, noise]),
    )
    .toSorted();
}

const many = (count: number, name = "h"): BrowserReport[] =>
  Array.from({ length: count }, (_, index) => report(`https://${name}${index}.example`));

/**
 * Registers the tests every store for reports has to pass, with `node:test`. Run it on your own store.
 *
 * @example
 * import { reportStoreConformance } from "hauberk/headers/reports/conformance";
 * reportStoreConformance("my store", { open: () => myStore({ url }) });
 */
export function reportStoreConformance(name: string, setup: ReportStoreSetup): void {
  describe(`report store: ${name}`, () => {
    const clients: ReportStore[] = [];
    before(async () => {
      clients.push(await setup.open());
      if (setup.openAnother !== undefined) clients.push(await setup.openAnother());
    });
    beforeEach(async () => clients[0]?.clear());
    after(async () => {
      for (const client of clients) await client.close?.();
    });
    const stores = (): readonly [ReportStore, ReportStore] => {
      const [first] = clients;
      if (first === undefined) throw new Error("open() gave no store");
      return [first, clients[1] ?? first];
    };
    testCounting(stores);
    testBounds(stores);
    testForgetting(stores);
    testHours(stores);
  });
}

type Stores = () => readonly [ReportStore, ReportStore];

function testCounting(stores: Stores): void {
  test("has nothing at first, and nothing after it was cleared", async () => {
    const [store, other] = stores();
    assert.deepEqual([await store.list(), await store.hours()], [[], []]);
    await store.add(batch(many(3)));
    await other.clear();
    assert.deepEqual([await store.list(), await store.hours()], [[], []]);
  });

  test("takes an empty batch", async () => {
    const [store] = stores();
    assert.deepEqual(await store.add(batch([])), []);
  });

  test("counts what says the same once, whoever counts, and knows when it came", async () => {
    const [store, other] = stores();
    const one = report("https://a.example");
    assert.deepEqual(await store.add(batch([[one, 2]])), ["new"]);
    assert.deepEqual(await other.add(batch([[one, 3]], { atMs: NOW_MS + 5000 })), ["known"]);
    assert.deepEqual(await store.list(), [
      { ...one, count: 5, firstSeenMs: NOW_MS, lastSeenMs: NOW_MS + 5000 },
    ]);
  });

  test("counts exactly what came a million times a second for a century", async () => {
    const [store] = stores();
    const one = report("https://a.example");
    const century = 3_155_760_000 * 1_000_000;
    await store.add(batch([[one, century]]));
    await store.add(batch([[one, 1]]));
    assert.equal((await store.list())[0]?.count, century + 1);
    assert.equal((await store.hours())[0]?.reports, century + 1);
  });

  test("does not go back in time with a batch that was late", async () => {
    const [store] = stores();
    const one = report("https://a.example");
    await store.add(batch([one], { atMs: NOW_MS }));
    await store.add(batch([one], { atMs: NOW_MS - 60_000 }));
    assert.equal((await store.list())[0]?.lastSeenMs, NOW_MS);
  });

  test("tells apart what differs in a single field, and gives every field back", async () => {
    const [store] = stores();
    const all = [
      report("x"),
      report("x", { type: "coep" }),
      report("x", { page: "/" }),
      report("x", { rule: "font-src" }),
      report("x", { disposition: "report" }),
      report("x", { source: "/app.js" }),
      report("x", { noise: true }),
      report(""),
      report(`'"; DROP TABLE hauberk_reports; --\u00e4\u{1f600}`),
      report("__proto__"),
    ];
    await store.add(batch(all));
    assert.deepEqual(sayings(await store.list()), sayings(all));
  });

  test("lists the most frequent first", async () => {
    const [store] = stores();
    await store.add(
      batch([
        [report("a"), 1],
        [report("b"), 20],
        [report("c"), 3],
      ]),
    );
    assert.deepEqual(
      (await store.list()).map(({ blocked }) => blocked),
      ["b", "c", "a"],
    );
  });
}

function testBounds(stores: Stores): void {
  test("holds no more than it may, and still counts what it knows", async () => {
    const [store] = stores();
    const outcomes = await store.add(batch(many(15), { maxKinds: 10 }));
    assert.deepEqual(outcomes, [...Array<string>(10).fill("new"), ...Array<string>(5).fill("dropped")]);
    const later = await store.add(batch([...many(2), ...many(2, "x")], { maxKinds: 10 }));
    assert.deepEqual(later, ["known", "known", "dropped", "dropped"]);
    assert.equal((await store.list()).length, 10);
  });

  test("takes no more new ones from a batch than it is told", async () => {
    const [store] = stores();
    assert.deepEqual(await store.add(batch(many(3), { maxNew: 2 })), ["new", "new", "dropped"]);
    assert.deepEqual(await store.add(batch(many(3), { maxNew: 0 })), ["known", "known", "dropped"]);
  });

  test("is not filled beyond its bound by two that add at the same time, and loses no count", async () => {
    const [store, other] = stores();
    const shared = report("https://shared.example");
    await store.add(batch([shared]));
    const rounds = Array.from({ length: 20 }, async (_, round) => {
      const client = round % 2 === 0 ? store : other;
      return client.add(batch([shared, ...many(10, `r${round}-`)], { maxKinds: 50 }));
    });
    await Promise.all(rounds);
    const kinds = await store.list();
    assert.equal(kinds.length, 50);
    assert.deepEqual([kinds[0]?.blocked, kinds[0]?.count], ["https://shared.example", 21]);
  });
}

function testForgetting(stores: Stores): void {
  test("forgets what nobody sends any more", async () => {
    const [store] = stores();
    await store.add(
      batch([
        [report("old"), 9],
        [report("kept"), 9],
      ]),
    );
    await store.add(batch([report("kept")], { atMs: NOW_MS + KEPT_MS - 1000 }));
    assert.equal((await store.list()).length, 2);
    await store.add(batch([], { atMs: NOW_MS + KEPT_MS + 1000 }));
    assert.deepEqual(
      (await store.list()).map(({ blocked }) => blocked),
      ["kept"],
    );
  });

  test("makes room within a day when made-up reports have filled it", async () => {
    const [store] = stores();
    const bound = { maxKinds: 10 };
    await store.add(batch([[report("real"), 2], ...many(9)], bound));
    assert.deepEqual(
      await store.add(batch([report("late")], { ...bound, atMs: NOW_MS + LONELY_MS - 1000 })),
      ["dropped"],
    );
    const tomorrow = { ...bound, atMs: NOW_MS + LONELY_MS + 1000 };
    assert.deepEqual(await store.add(batch([report("late")], tomorrow)), ["new"]);
    assert.deepEqual(
      (await store.list()).map(({ blocked }) => blocked),
      ["real", "late"],
    );
  });

  test("keeps what came once as long as there is room", async () => {
    const [store] = stores();
    await store.add(batch(many(5)));
    await store.add(batch([], { atMs: NOW_MS + 2 * LONELY_MS }));
    assert.equal((await store.list()).length, 5);
  });
}

function testHours(stores: Stores): void {
  test("counts by the hour: reports, what extensions caused, and what had no room", async () => {
    const [store, other] = stores();
    const noise = report("chrome-extension:", { noise: true });
    await store.add(batch([[report("a"), 2], [noise, 3], report("b")], { maxNew: 2, dropped: 40 }));
    await other.add(batch([[report("a"), 5]], { atMs: NOW_MS + 1000, dropped: 2 }));
    await store.add(batch([report("a")], { atMs: NOW_MS + HOUR_MS }));
    const hourMs = NOW_MS - (NOW_MS % HOUR_MS);
    assert.deepEqual(await store.hours(), [
      { hourMs, reports: 7, noise: 3, dropped: 43 },
      { hourMs: hourMs + HOUR_MS, reports: 1, noise: 0, dropped: 0 },
    ]);
  });

  test("keeps no more hours than two weeks have", async () => {
    const [store] = stores();
    for (let day = 0; day <= 20; day++)
      await store.add(batch([report("a")], { atMs: NOW_MS + day * 24 * HOUR_MS }));
    const hours = await store.hours();
    const last = NOW_MS - (NOW_MS % HOUR_MS) + 480 * HOUR_MS;
    assert.equal(hours.at(-1)?.hourMs, last);
    assert.equal(hours.length, KEPT_HOURS / 24);
    assert.ok(hours.every(({ hourMs }) => hourMs > last - KEPT_HOURS * HOUR_MS));
  });
}
