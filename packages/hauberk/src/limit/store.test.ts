import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { collectEvents } from "../../test/gate.ts";
import { ConfigError } from "../errors/config-error.ts";
import { limitStoreConformance } from "./conformance.ts";
import { withFallback } from "./fallback.ts";
import { rateOf, type GcraResult } from "./gcra.ts";
import { sqliteLimitStore, type SqliteLimitStoreOptions } from "./sqlite.ts";
import { MemoryLimitStore, type Charge, type LimitStore } from "./store.ts";
import { stopwatch } from "../../../../test/support/own-time.ts";

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "hauberk-limits-"));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

function sqlite(context: TestContext, file = join(folder(context), "limits.sqlite")): LimitStore {
  const store = sqliteLimitStore({ file, busyTimeoutMs: 5000 });
  context.after(() => store.close?.());
  return store;
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What is still in use, garbage apart. */
function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const charge = (key: string, limit: number, cost = 1): Charge => ({
  key,
  rate: rateOf(limit, 60, limit),
  cost,
});
const allows = async (
  store: LimitStore,
  charges: readonly Charge[],
  nowMs = 0,
): Promise<readonly boolean[]> =>
  (await store.consume(charges, nowMs)).map((result: GcraResult) => result.allow);

const data = mkdtempSync(join(tmpdir(), "hauberk-limits-"));
after(() => rmSync(data, { recursive: true }));
const openSqlite = (name: string): LimitStore =>
  sqliteLimitStore({ file: join(data, name), busyTimeoutMs: 5000 });

limitStoreConformance("memory", { open: () => new MemoryLimitStore(1000) });
limitStoreConformance("sqlite", {
  open: () => openSqlite("limits.sqlite"),
  openAnother: () => openSqlite("limits.sqlite"),
});
limitStoreConformance("a fallback around sqlite", {
  open: () => withFallback(openSqlite("behind.sqlite"), 1000),
});

test("memory: forgets the keys charged longest ago beyond its cap", () => {
  const store = new MemoryLimitStore(4);
  for (const key of ["a", "b", "c", "a", "d"]) store.consume([charge(key, 2)], 0);
  assert.ok(store.size <= 4, `${store.size} keys`);
  assert.equal(store.consume([charge("a", 2)], 0)[0]?.allow, false);
  assert.equal(store.consume([charge("b", 2)], 0)[0]?.remaining, 1);
});

test("memory: a client that is refused again and again is not forgotten, whoever else comes by", () => {
  const store = new MemoryLimitStore(1000);
  let guesses = 0;
  for (let stranger = 0; stranger < 10_000; stranger++) {
    if (store.consume([charge("guessing", 2)], 0)[0]?.allow) guesses += 1;
    store.consume([charge(`stranger ${stranger}`, 2)], 0);
    assert.ok(store.size <= 1000);
  }
  assert.equal(guesses, 2);
});

test("memory: keeps to its cap with 500,000 keys", () => {
  const store = new MemoryLimitStore(100_000);
  const before = process.memoryUsage().heapUsed;
  for (let at = 0; at < 500_000; at++)
    store.consume([charge(`address:10.${at >> 16}.${at & 65_535}`, 2)], at);
  assert.ok(store.size >= 50_000 && store.size <= 100_000, `${store.size} keys`);
  const growth = process.memoryUsage().heapUsed - before;
  assert.ok(growth < 200 * 1024 * 1024, `${growth} bytes`);
});

test("memory: takes no more of it with every request of the same few clients", () => {
  const store = new MemoryLimitStore(100_000);
  const chargeAll = (atMs: number): void => {
    for (let client = 0; client < 20; client++) store.consume([charge(`client ${client}`, 2)], atMs);
  };
  chargeAll(0);
  const before = heapBytes();
  for (let at = 1; at <= 20_000; at++) chargeAll(at * 60_000);
  const growth = heapBytes() - before;
  assert.ok(growth < 4 * 1024 * 1024, `${growth} bytes`);
  assert.equal(store.size, 20);
});

test("sqlite: counts together for all who share a file, and over a restart", async (context) => {
  const file = join(folder(context), "limits.sqlite");
  const [first, second] = [sqlite(context, file), sqlite(context, file)];
  let passed = 0;
  for (let sent = 0; sent < 40; sent++)
    if ((await allows(sent % 2 === 0 ? first : second, [charge("a", 9)]))[0]) passed += 1;
  if ((await allows(sqlite(context, file), [charge("a", 9)]))[0]) passed += 1;
  assert.equal(passed, 9);
});

test("sqlite: forgets what is fresh again, and keeps to its cap", async (context) => {
  const store = sqliteLimitStore({ file: join(folder(context), "limits.sqlite"), maxKeys: 500 });
  context.after(() => store.close?.());
  for (let at = 0; at < 999; at++) await store.consume([charge(`k${at}`, 100)], 1_000_000 + at);
  await store.consume([charge("held", 1)], 1_000_998);
  assert.deepEqual(await allows(store, [charge("held", 1)], 1_001_000), [false]);
});

const UNUSABLE: readonly [title: string, options: (context: TestContext) => object, code: string][] = [
  ["no file", () => ({}), "OPTION_TYPE"],
  ["a folder that is missing", () => ({ file: "/nonexistent/data/limits.sqlite" }), "LIMIT_STORE_UNUSABLE"],
  ["a misspelt option", () => ({ path: "x" }), "OPTION_UNKNOWN"],
  ["endless keys", () => ({ file: ":memory:", maxKeys: Infinity }), "OPTION_RANGE"],
  [
    "a file that is no database",
    (context) => {
      const file = join(folder(context), "text");
      writeFileSync(file, "not a database, but long enough to be read as one".repeat(50));
      return { file };
    },
    "LIMIT_STORE_UNUSABLE",
  ],
];

for (const [title, options, code] of UNUSABLE) {
  test(`sqlite: refuses to start with ${title}`, (context) => {
    const given = options(context) as SqliteLimitStoreOptions;
    assert.throws(
      () => sqliteLimitStore(given),
      (error: unknown) => error instanceof ConfigError && error.code === code,
    );
  });
}

/** What a store does instead, whichever of its methods is called. */
const BROKEN: readonly [title: string, call: () => Promise<never>][] = [
  [
    "throws",
    () => {
      throw new Error("disk I/O error");
    },
  ],
  ["rejects", () => Promise.reject(new Error("connection refused"))],
  ["never answers", () => new Promise(() => undefined)],
];

for (const [title, consume] of BROKEN) {
  test(`counts in this process while the store ${title}, and says so once`, async (context) => {
    const events = collectEvents(context);
    const store = withFallback({ consume, forget: () => undefined }, 1000);
    let passed = 0;
    for (let sent = 0; sent < 20; sent++) if ((await allows(store, [charge("a", 5)]))[0]) passed += 1;
    assert.equal(passed, 5);
    assert.deepEqual(
      events.map(({ name }) => name),
      ["limit.store-failed"],
    );
  });
}

test("goes on from what the store said last: its outage gives no key its guesses back", async () => {
  const shared = new MemoryLimitStore(1000);
  let isOut = false;
  const consume: LimitStore["consume"] = (charges, nowMs) =>
    isOut ? Promise.reject(new Error("too late")) : Promise.resolve(shared.consume(charges, nowMs));
  const store = withFallback({ consume, forget: () => undefined }, 1000);
  // Used up by other processes, as this one learns by a refusal; half used up by this one; refused beside another key.
  for (let sent = 0; sent < 5; sent++) shared.consume([charge("gone", 5)], 0);
  assert.deepEqual(await allows(store, [charge("gone", 5)]), [false]);
  for (let sent = 0; sent < 3; sent++) assert.deepEqual(await allows(store, [charge("half", 5)]), [true]);
  assert.deepEqual(await allows(store, [charge("fresh", 5), charge("gone", 5)]), [true, false]);
  isOut = true;
  const left: Record<string, number> = { gone: 0, half: 0, fresh: 0 };
  for (const key of Object.keys(left))
    for (let sent = 0; sent < 9; sent++)
      if ((await allows(store, [charge(key, 5)]))[0]) left[key] = (left[key] ?? 0) + 1;
  assert.deepEqual(left, { gone: 0, half: 2, fresh: 5 });
});

for (const [title, forget] of BROKEN) {
  test(`holds no login back that was right while the store ${title}`, async (context) => {
    const events = collectEvents(context);
    const store = withFallback({ consume: () => [], forget }, 1000);
    const elapsed = stopwatch();
    await store.forget("a");
    assert.ok(elapsed() < 2000);
    assert.deepEqual(
      events.map(({ name, because }) => `${name} ${because}`),
      ["limit.store-failed forget"],
    );
  });
}
