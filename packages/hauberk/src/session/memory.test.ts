import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { serve } from "../../test/session/app.ts";
import { sessionStoreConformance } from "./conformance.ts";
import { memoryStore } from "./memory.ts";
import type { SessionStore } from "./store.ts";
import { sampleRecord } from "../../test/session/record.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

sessionStoreConformance("memory", { open: () => memoryStore() });

test("drops the session that was written longest ago once the entries are full", () => {
  const store = memoryStore({ maxEntries: 2 });
  void store.insert("a", sampleRecord());
  void store.insert("b", sampleRecord());
  void store.touch("a", Date.now() + 1);
  void store.insert("c", sampleRecord());
  assert.deepEqual(
    ["a", "b", "c"].map((key) => store.get(key) !== undefined),
    [true, false, true],
  );
});

test("drops sessions once the bytes are full, also when an update makes one larger", () => {
  const store = memoryStore({ maxBytes: 1_048_576 });
  const large = JSON.stringify({ a: "x".repeat(200_000) });
  for (const key of ["a", "b", "c"]) void store.insert(key, sampleRecord({ data: large }));
  assert.equal(store.get("a"), undefined);
  assert.notEqual(store.get("c"), undefined);
  void store.insert("d", sampleRecord({ data: "{}" }));
  void store.update("d", sampleRecord({ version: 2, data: large }), 1);
  assert.equal(store.get("b"), undefined);
  assert.notEqual(store.get("d"), undefined);
});

test("counts the bytes of what was destroyed, moved and replaced back down", () => {
  const store = memoryStore({ maxBytes: 1_048_576 });
  const large = JSON.stringify({ a: "x".repeat(400_000) });
  for (let round = 0; round < 20; round++) {
    void store.insert(`k${round}`, sampleRecord({ data: large, userId: "u" }));
    void store.destroy(`k${round}`);
  }
  void store.insert("last", sampleRecord({ data: large }));
  assert.notEqual(store.get("last"), undefined);
});

for (const [name, options] of [
  ["zero entries", { maxEntries: 0 }],
  ["NaN bytes", { maxBytes: Number.NaN }],
  ["entries without an end", { maxEntries: Number.POSITIVE_INFINITY }],
] as const) {
  test(`refuses ${name}`, () => {
    assert.throws(() => memoryStore(options), { code: "OPTION_RANGE" });
  });
}

test("refuses a misspelt bound", () => {
  assert.throws(() => memoryStore({ maxEntrys: 5 } as object), { code: "OPTION_UNKNOWN" });
});

/** More passwords changed than the store remembers epochs. */
function endOthers(store: SessionStore): void {
  for (let user = 0; user < 100_000; user++) void store.endEpoch(`other-${user}`, 1000);
}

test("100,000 changed passwords of people without a session leave next to nothing", () => {
  const store = memoryStore();
  void store.endEpoch("warm", 1000);
  collect();
  const before = process.memoryUsage().heapUsed;
  endOthers(store);
  collect();
  const megabytes = (process.memoryUsage().heapUsed - before) / 1e6;
  assert.ok(megabytes < 3, `${megabytes.toFixed(1)} MB`);
  assert.equal(store.get("nobody"), undefined);
});

test("what a changed password ended stays over when the store no longer knows of the change", () => {
  const store = memoryStore();
  const mine = { userId: "mine", userEpoch: 0 };
  void store.insert("stored", sampleRecord(mine));
  void store.insert("anonymous", sampleRecord());
  // Both logins have read the epoch, and are still hashing when the password changes.
  void store.endEpoch("mine", 1000);
  endOthers(store);
  void store.insert("under way", sampleRecord(mine));
  void store.replace("anonymous", "moved", sampleRecord(mine), 1, sampleRecord({ version: 0 }));
  assert.deepEqual(
    ["stored", "under way", "moved"].map((key) => store.get(key)),
    [undefined, undefined, undefined],
  );
  assert.deepEqual(store.listByUser("mine"), []);
});

test("sessions of people whose password did not change outlive the changes of all others", () => {
  const store = memoryStore();
  void store.insert("k", sampleRecord({ userId: "calm", userEpoch: 0 }));
  endOthers(store);
  assert.notEqual(store.get("k"), undefined);
  const calm = { userId: "calm", userEpoch: 0 };
  assert.equal(store.update("k", sampleRecord({ ...calm, version: 2 }), 1), "saved");
  // A new id for the same session.
  const [moved, mark] = [sampleRecord({ ...calm, version: 3 }), sampleRecord({ ...calm, version: 0 })];
  assert.equal(store.replace("k", "rotated", moved, 2, mark), "saved");
  assert.equal(store.get("rotated"), moved);
  const later = sampleRecord({ userId: "calm", userEpoch: Number(store.epochOf("calm")) });
  void store.insert("later", later);
  assert.notEqual(store.get("later"), undefined);
});

test("an epoch the store no longer knows is followed by a later one, also when the clock went back", () => {
  const store = memoryStore();
  void store.endEpoch("mine", 5000);
  endOthers(store);
  assert.ok(Number(store.epochOf("mine")) >= 5000);
  void store.endEpoch("mine", 10);
  assert.ok(Number(store.epochOf("mine")) > 5000);
});

test("keeps no long header for the piece of it that a session shows", async () => {
  const served = await serve((app) => {
    app.get("/", (req, res) => {
      Reflect.set(req.session, "visited", true);
      res.end();
    });
  });
  try {
    const headers = { "User-Agent": "x".repeat(14_000) };
    await served.ask("/", { headers });
    collect();
    const before = process.memoryUsage().heapUsed;
    // oxlint-disable-next-line no-await-in-loop -- one after the other is gentle enough
    for (let visitor = 0; visitor < 500; visitor++) await served.ask("/", { headers });
    collect();
    const kilobytes = (process.memoryUsage().heapUsed - before) / 500 / 1000;
    // The session itself is about one; the whole header would be fourteen more.
    assert.ok(kilobytes < 5, `${kilobytes.toFixed(1)} kB a session`);
  } finally {
    await served.close();
  }
});
