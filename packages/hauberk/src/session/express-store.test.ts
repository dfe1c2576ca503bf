import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import connectPgSimple from "connect-pg-simple";
import { Pool } from "pg";
import { createClient } from "redis";
import { sampleRecord } from "../../test/session/record.ts";
import { startPostgres, startRedis } from "../../test/session/servers.ts";
import { sessionStoreConformance } from "./conformance.ts";
import { fromExpressStore, type ExpressSessionStore } from "./express-store.ts";
import { markOf, type SessionRecord } from "./record.ts";
import { recordOrNothing } from "./store-guard.ts";
import type { SessionStore } from "./store.ts";

/** Without their types: those would put another `session` on every request. */
const require = createRequire(import.meta.url);
const expressSession = require("express-session") as { readonly MemoryStore: new () => ExpressSessionStore };
const { RedisStore: ConnectRedis } = require("connect-redis") as {
  readonly RedisStore: new (options: object) => ExpressSessionStore;
};

const redis = await startRedis({ synced: false });
const client = createClient({ url: `redis://127.0.0.1:${redis.port}` });
client.on("error", () => undefined);
await client.connect();
const postgres = await startPostgres({ synced: false });
const pool = new Pool({ host: "127.0.0.1", port: postgres.port, user: "hauberk", database: "postgres" });
pool.on("error", () => undefined);
await pool.query(readFileSync(require.resolve("connect-pg-simple/table.sql"), "utf8"));
const pgStore = new (connectPgSimple(expressSession))({ pool, pruneSessionInterval: false });
after(async () => {
  client.destroy();
  await pool.end();
  await redis.stop();
  await postgres.stop();
});

sessionStoreConformance("express-session's MemoryStore", {
  open: () => fromExpressStore(new expressSession.MemoryStore()),
});
sessionStoreConformance("connect-redis", {
  open: () => fromExpressStore(new ConnectRedis({ client })),
});
sessionStoreConformance("connect-pg-simple", { open: () => fromExpressStore(pgStore) });

test("stores no id, and a time to live the store understands", async () => {
  const store = fromExpressStore(new ConnectRedis({ client, prefix: "ttl:" }));
  await store.insert("k", sampleRecord());
  const ttl = await client.ttl("ttl:k");
  assert.ok(ttl > 1790 && ttl <= 1800, String(ttl));
});

/** Stores that answer what no store of ours would. */
function answering(
  get: (done: (error?: unknown, session?: unknown) => void) => unknown,
): ExpressSessionStore {
  return {
    get: (_sid, done) => get(done),
    set: (_sid, _session, done) => done?.(),
    destroy: (_sid, done) => done?.(),
  };
}

const found: readonly [string, unknown, "broken" | undefined][] = [
  ["nothing", undefined, undefined],
  ["null", null, undefined],
  ["an express-session of before the move", { cookie: {}, passport: { user: 1 } }, "broken"],
  ["a text", "admin", "broken"],
  ["a record with a numeric user", { hauberk: { ...sampleRecord(), userId: 1 } }, "broken"],
  ["a list", { hauberk: [] }, "broken"],
];
for (const [name, answer, want] of found) {
  test(`makes no session of ${name}`, async () => {
    const store = fromExpressStore(answering((done) => done(null, answer)));
    assert.equal(recordOrNothing(await store.get("k")), want);
  });
}

const failures: readonly [string, (done: (error?: unknown) => void) => unknown][] = [
  ["calls back with an error", (done) => done(new Error("down"))],
  ["calls back with a text", (done) => done("down")],
  ["throws", () => assert.fail("down")],
  ["rejects and never calls back", async () => Promise.reject(new Error("down"))],
];
for (const [name, get] of failures) {
  test(`fails when the store ${name}`, async () => {
    await assert.rejects(async () => fromExpressStore(answering(get)).get("k"));
  });
}

test("takes a missing file for no session", async () => {
  const error = Object.assign(new Error("no such file"), { code: "ENOENT" });
  assert.equal(await fromExpressStore(answering((done) => done(error))).get("k"), undefined);
});

for (const [name, store] of [
  ["nothing", undefined],
  ["null", null],
  ["the class and not an instance", ConnectRedis],
  ["a store without destroy", { get() {}, set() {} }],
] as const) {
  test(`refuses ${name}`, () => {
    assert.throws(() => fromExpressStore(store as never), { code: "SESSION_STORE_INVALID" });
  });
}

test("ends a session after a call for it that the store never answered", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const stored = new Map<string, unknown>([["k", { hauberk: sampleRecord() }]]);
  let silent = true;
  const store = fromExpressStore({
    get: (sid, done) => done(null, stored.get(sid)),
    set: (_sid, _session, done) => (silent ? undefined : done?.()),
    destroy: (sid, done) => done?.(null, stored.delete(sid)),
  });
  const unanswered = assert.rejects(async () => store.touch("k", Date.now()));
  const logout = store.destroy("k");
  await settled();
  silent = false;
  t.mock.timers.tick(5000);
  await unanswered;
  await logout;
  assert.equal(await store.get("k"), undefined);
});

/** A store that keeps one write back until the test lets it arrive; all others are done at once. */
function storeWithOneLateWrite(record: object): {
  readonly inner: ExpressSessionStore;
  readonly stored: Map<string, unknown>;
  readonly arrive: () => void;
  readonly refuse: (refuses: boolean) => void;
} {
  const stored = new Map<string, unknown>([["k", { hauberk: record }]]);
  let late: (() => void) | undefined;
  let isDown = false;
  const inner: ExpressSessionStore = {
    get: (sid, done) => done(null, structuredClone(stored.get(sid))),
    set: (sid, session, done) => {
      const write = (): void => {
        stored.set(sid, structuredClone(session));
        done?.();
      };
      if (late === undefined) late = write;
      else write();
    },
    destroy: (sid, done) => {
      if (isDown) return done?.(new Error("down"));
      stored.delete(sid);
      done?.();
    },
  };
  return { inner, stored, arrive: () => late?.(), refuse: (refuses) => (isDown = refuses) };
}

const LATE = sampleRecord({ version: 2, data: '{"late":true}' });

for (const [name, afterwards, want] of [
  ["the logout brings no session back", (store: SessionStore) => store.destroy("k"), undefined],
  [
    "another one does not undo it",
    (store: SessionStore) => store.update("k", sampleRecord({ version: 2, data: '{"newer":true}' }), 1),
    '{"newer":true}',
  ],
  [
    "the move to another id leaves nothing under the old one but the mark",
    (store: SessionStore) =>
      store.replace("k", "new", sampleRecord({ version: 2 }), 1, markOf("new", "rotated", Date.now())),
    "new",
  ],
] as const) {
  test(`a write that arrives behind ${name}`, async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { inner, stored, arrive } = storeWithOneLateWrite(sampleRecord());
    const store = fromExpressStore(inner);
    const givenUp = assert.rejects(async () => store.update("k", LATE, 1), /no answer within/);
    await settled();
    t.mock.timers.tick(5000);
    await givenUp;
    await afterwards(store);
    arrive();
    // At the very moment, and once the store has been told again.
    assert.equal((await store.get("k"))?.data, want);
    await settled();
    assert.equal((await store.get("k"))?.data, want);
    const kept = stored.get("k") as { readonly hauberk: SessionRecord } | undefined;
    assert.equal(kept?.hauberk.data, want);
  });
}

test("a write that arrives behind the logout while the store refuses is undone when it answers again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { inner, stored, arrive, refuse } = storeWithOneLateWrite(sampleRecord());
  const store = fromExpressStore(inner);
  const givenUp = assert.rejects(async () => store.update("k", LATE, 1), /no answer within/);
  await settled();
  t.mock.timers.tick(5000);
  await givenUp;
  await store.destroy("k");
  refuse(true);
  arrive();
  await settled();
  assert.equal(stored.has("k"), true, "the write has arrived");
  assert.equal(await store.get("k"), undefined);
  refuse(false);
  t.mock.timers.tick(1000);
  await settled();
  assert.equal(stored.has("k"), false);
  assert.equal(await store.get("k"), undefined);
});

test("a session that another process ended is over, also while a write of this one is late", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { inner, stored } = storeWithOneLateWrite(sampleRecord());
  const store = fromExpressStore(inner);
  const givenUp = assert.rejects(async () => store.update("k", LATE, 1), /no answer within/);
  await settled();
  t.mock.timers.tick(5000);
  await givenUp;
  await store.update("k", LATE, 1);
  assert.notEqual(await store.get("k"), undefined);
  stored.delete("k");
  assert.equal(await store.get("k"), undefined);
});

/** Lets everything go on that waits for promises alone. */
async function settled(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
