import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { serve } from "../../test/session/app.ts";
import { sessionStoreConformance } from "./conformance.ts";
import { memoryStore } from "./memory.ts";
import { sampleRecord } from "../../test/session/record.ts";

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

test("keeps no long header for the piece of it that a session shows", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
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
