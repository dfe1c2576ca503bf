import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { MaybePromise } from "../session/store.ts";
import { decideGcra, rateOf, type GcraResult } from "./gcra.ts";
import type { Charge, LimitStore } from "./store.ts";

/** The store under test. */
export interface LimitConformanceSetup {
  /** Opens the store; called once. Other data in it is left alone. */
  readonly open: () => MaybePromise<LimitStore>;
  /** Another client of the same counts, for a store that several processes share. */
  readonly openAnother?: () => MaybePromise<LimitStore>;
}

/** Keys that would be another's in a store that builds names, patterns or statements from them. */
const HOSTILE_KEYS = [
  "",
  "a",
  "A",
  "a ",
  "a:b",
  "a}:{b",
  "*",
  "%",
  "_",
  "__proto__",
  "constructor",
  "'; DROP TABLE hauberk_limits; --",
  "\u0000",
  "\ud800x",
  "\u00e9",
  "e\u0301",
  "\u{1f600}",
  "k".repeat(128),
];

/**
 * Registers the tests every limit store has to pass, with `node:test`. Run it on your own store.
 *
 * @example
 * import { limitStoreConformance } from "hauberk/limit/conformance";
 * limitStoreConformance("my store", { open: () => myStore({ url }) });
 */
export function limitStoreConformance(name: string, setup: LimitConformanceSetup): void {
  describe(`limit store: ${name}`, () => {
    const clients: LimitStore[] = [];
    before(async () => {
      clients.push(await setup.open());
      if (setup.openAnother !== undefined) clients.push(await setup.openAnother());
    });
    after(async () => {
      for (const client of clients) await client.close?.();
    });
    /** The first client, and the one that another process would have. */
    const stores: Stores = () => {
      const [first] = clients;
      if (first === undefined) throw new Error("open() gave no store");
      return [first, clients[1] ?? first];
    };
    testCounts(stores);
    testAllOrNone(stores);
    testTime(stores);
    testRaces(stores);
  });
}

type Stores = () => readonly [LimitStore, LimitStore];

/** Keys of this run, so that a store that is used again starts with fresh ones. */
const run = Math.random().toString(36).slice(2, 10);

function charge(key: string, limit: number, cost = 1): Charge {
  return { key: `${run} ${key}`, rate: rateOf(limit, 60, limit), cost };
}

async function allows(store: LimitStore, charges: readonly Charge[], nowMs: number): Promise<boolean[]> {
  const results = await store.consume(charges, nowMs);
  return results.map((result) => result.allow);
}

/** How many of `sent` requests got through, one after the other. */
async function passed(store: LimitStore, sent: number, each: () => Charge, nowMs: number): Promise<number> {
  let through = 0;
  for (let at = 0; at < sent; at++) if ((await allows(store, [each()], nowMs))[0] === true) through += 1;
  return through;
}

function testCounts(stores: Stores): void {
  test("lets exactly the limit through", async () => {
    assert.equal(await passed(stores()[0], 40, () => charge("exact", 7), Date.now()), 7);
  });

  test("counts a request for what it costs", async () => {
    assert.equal(await passed(stores()[0], 10, () => charge("cost", 10, 3), Date.now()), 3);
  });

  test("says the same as the algorithm, number by number", async () => {
    const [store] = stores();
    const now = Date.now();
    const rate = rateOf(7, 61, 3);
    let tat: number | undefined;
    for (const afterMs of [0, 0, 1, 999, 999, 8713, 8714, 8715, 20_000, 61_000]) {
      const want: GcraResult = decideGcra(tat, now + afterMs, rate, 1);
      const [got] = await store.consume([{ key: `${run} same`, rate, cost: 1 }], now + afterMs);
      assert.deepEqual(got, want, `after ${afterMs} ms`);
      if (want.allow) tat = want.tatMs;
    }
  });

  test("keeps keys apart, hostile ones too", async () => {
    const [store] = stores();
    const now = Date.now();
    for (const key of HOSTILE_KEYS)
      assert.deepEqual(await allows(store, [{ ...charge("", 1), key }], now), [true], key);
    for (const key of HOSTILE_KEYS)
      assert.deepEqual(await allows(store, [{ ...charge("", 1), key }], now), [false], key);
    for (const key of HOSTILE_KEYS) await store.forget(key);
  });

  test("forgets a key, and no other", async () => {
    const [store, other] = stores();
    const now = Date.now();
    for (const key of ["gone", "kept"]) await allows(store, [charge(key, 1)], now);
    await other.forget(`${run} gone`);
    await other.forget(`${run} never there`);
    assert.deepEqual(await allows(store, [charge("gone", 1)], now), [true]);
    assert.deepEqual(await allows(store, [charge("kept", 1)], now), [false]);
  });

  for (const cost of [0, -1, 0.5, Number.NaN, Infinity]) {
    test(`charges nothing for a cost of ${cost}`, async () => {
      const [store] = stores();
      await assert.rejects(async () => store.consume([charge(`odd ${cost}`, 5, cost)], 0), RangeError);
      assert.deepEqual(await allows(store, [charge(`odd ${cost}`, 5, 5)], Date.now()), [true]);
    });
  }
}

function testAllOrNone(stores: Stores): void {
  test("charges all keys or none", async () => {
    const [store] = stores();
    const now = Date.now();
    const both = [charge("first", 1), charge("second", 3)];
    assert.deepEqual(await allows(store, both, now), [true, true]);
    for (let sent = 0; sent < 5; sent++) assert.deepEqual(await allows(store, both, now), [false, true]);
    assert.equal(await passed(store, 5, () => charge("second", 3), now), 2);
  });

  test("leaves a new key fresh when another one refuses", async () => {
    const [store] = stores();
    const now = Date.now();
    await allows(store, [charge("used up", 1)], now);
    await allows(store, [charge("fresh", 1), charge("used up", 1)], now);
    assert.deepEqual(await allows(store, [charge("fresh", 1)], now), [true]);
  });
}

function testTime(stores: Stores): void {
  test("gives a key its requests back in time, and not before", async () => {
    const [store] = stores();
    const now = Date.now();
    assert.deepEqual(await allows(store, [charge("time", 1)], now), [true]);
    assert.deepEqual(await allows(store, [charge("time", 1)], now + 59_999), [false]);
    assert.deepEqual(await allows(store, [charge("time", 1)], now + 60_000), [true]);
  });

  test("starts a key anew when the clock was set back a day, and goes on counting", async () => {
    const [store] = stores();
    const now = Date.now();
    await allows(store, [charge("clock", 1)], now + 86_400_000);
    assert.deepEqual(await allows(store, [charge("clock", 1)], now), [true]);
    assert.deepEqual(await allows(store, [charge("clock", 1)], now), [false]);
    assert.deepEqual(await allows(store, [charge("clock", 1)], now + 60_000), [true]);
  });

  test("takes nothing from the limit when the clocks of two machines differ by a second", async () => {
    const [store] = stores();
    const now = Date.now();
    assert.deepEqual(await allows(store, [charge("skew", 1)], now + 1000), [true]);
    assert.deepEqual(await allows(store, [charge("skew", 1)], now), [false]);
  });
}

function testRaces(stores: Stores): void {
  test("lets exactly the limit through to 200 requests at the same time by two clients", async () => {
    const now = Date.now();
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, async (_, at) =>
        allows(stores()[at % 2] ?? stores()[0], [charge("race", 23)], now),
      ),
    );
    assert.equal(outcomes.filter(([allow]) => allow).length, 23);
  });

  test("charges several keys as one step, whatever their order, at the same time by two clients", async () => {
    const now = Date.now();
    const outcomes = await Promise.all(
      Array.from({ length: 120 }, async (_, at) => {
        // Shared by all, and one of four accounts: in both orders, which would deadlock a store that locks in turn.
        const charges = [charge("all", 31), charge(`account ${at % 4}`, 10)];
        const store = stores()[at % 2] ?? stores()[0];
        return allows(store, at % 3 === 0 ? charges : charges.toReversed(), now);
      }),
    );
    assert.equal(outcomes.filter((each) => each.every(Boolean)).length, 31);
    let left = 0;
    for (let at = 0; at < 4; at++)
      left += await passed(stores()[0], 10, () => charge(`account ${at}`, 10), now);
    assert.equal(left, 40 - 31);
  });
}
