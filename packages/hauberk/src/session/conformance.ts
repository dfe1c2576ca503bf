import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { newSessionId, keyOf } from "./id.ts";
import { markOf, type SessionRecord } from "./record.ts";
import type { MaybePromise, SessionStore } from "./store.ts";

/** The store under test. */
export interface ConformanceSetup {
  /** Opens the store; called once. Other data in it is left alone. */
  readonly open: () => MaybePromise<SessionStore>;
  /** Another client of the same data, for a store that several processes share. */
  readonly openAnother?: () => MaybePromise<SessionStore>;
}

const HOUR_MS = 3_600_000;
const SOON_MS = 1000;

/** Ids that would reach another user's sessions in a store that builds keys, patterns or statements from them. */
const HOSTILE_USER_IDS = [
  "a",
  "A",
  "a:b",
  "a}:{b",
  "*",
  "a?",
  "%",
  "_",
  "'; DROP TABLE hauberk_sessions; --",
  "__proto__",
  "constructor",
  "\u00fc",
  "u\u0308",
  " a",
  "\u{1f600}",
  "x".repeat(512),
] as const;

/**
 * Registers the tests every session store has to pass, with `node:test`. Run it on your own store.
 *
 * @example
 * import { sessionStoreConformance } from "hauberk/session/conformance";
 * sessionStoreConformance("my store", { open: () => myStore({ url }) });
 */
export function sessionStoreConformance(name: string, setup: ConformanceSetup): void {
  describe(`session store: ${name}`, () => {
    const clients: SessionStore[] = [];
    before(async () => {
      clients.push(await setup.open());
      if (setup.openAnother !== undefined) clients.push(await setup.openAnother());
    });
    after(async () => {
      for (const client of clients) await client.close?.();
    });
    /** The first client, and the one that another process would have. */
    const stores = (): readonly [SessionStore, SessionStore] => {
      const [first] = clients;
      if (first === undefined) throw new Error("open() gave no store");
      return [first, clients[1] ?? first];
    };
    testRecords(stores);
    testWrites(stores);
    testMoves(stores);
    testRaces(stores);
    testUsers(stores);
    testSweep(stores);
  });
}

type Stores = () => readonly [SessionStore, SessionStore];

function sample(changes: Partial<SessionRecord> = {}): SessionRecord {
  const now = Date.now();
  return {
    version: 1,
    createdAtMs: now,
    idleExpiresAtMs: now + HOUR_MS,
    absoluteExpiresAtMs: now + 12 * HOUR_MS,
    userId: undefined,
    userEpoch: 0,
    handle: newSessionId().slice(0, 16),
    startedFrom: { address: "2001:db8::1", userAgent: 'Mozilla/5.0 ("\u00e4\u20ac\u{1f600}")' },
    data: '{"cart":["a"]}',
    ...changes,
  };
}

function newKey(): string {
  return keyOf(newSessionId());
}

/** Never seen by another test, whatever else is in the store. */
function newUser(suffix: string = ""): string {
  return `${newSessionId()}${suffix}`;
}

async function inserted(
  store: SessionStore,
  changes: Partial<SessionRecord> = {},
): Promise<{ readonly key: string; readonly record: SessionRecord }> {
  const key = newKey();
  const record = sample(changes);
  await store.insert(key, record);
  return { key, record };
}

function testRecords(stores: Stores): void {
  test("finds nothing under a key nobody stored", async () => {
    const [store] = stores();
    assert.equal(await store.get(newKey()), undefined);
    assert.equal(await store.destroy(newKey()), undefined);
  });

  const records: readonly [string, Partial<SessionRecord>][] = [
    ["a visitor's record", {}],
    ["a user's record", { userId: newUser(), userEpoch: 3 }],
    ["times in the year 9999", { createdAtMs: 253_402_300_799_999, userEpoch: 253_402_300_799_999 }],
    ["data with every kind of quote", { data: JSON.stringify({ a: `'"\`\\;--/*$1?:x` }) }],
    ["data with NUL and lone surrogates", { data: JSON.stringify({ a: "\u0000\ud800" }) }],
    ["data that names the prototype", { data: '{"__proto__":{"admin":true}}' }],
    ["data of 64 KB", { data: JSON.stringify({ a: "\u00e4".repeat(32_000) }) }],
    ["a user agent of nothing", { startedFrom: { address: "", userAgent: "" } }],
    ["a version beyond 32 bits", { version: 2 ** 40 }],
  ];
  for (const [title, changes] of records) {
    test(`gives back ${title} as it was stored`, async () => {
      const [store, other] = stores();
      const { key, record } = await inserted(store, changes);
      assert.deepEqual(await other.get(key), record);
      assert.deepEqual(await other.destroy(key), record);
      assert.equal(await store.get(key), undefined);
    });
  }
}

function testWrites(stores: Stores): void {
  test("saves over the version that was read", async () => {
    const [store, other] = stores();
    const { key, record } = await inserted(store);
    const next = { ...record, version: 2, data: '{"n":2}', idleExpiresAtMs: record.idleExpiresAtMs + 5 };
    assert.equal(await other.update(key, next, 1), "saved");
    assert.deepEqual(await store.get(key), next);
  });

  test("answers conflict to a writer with an old version, and changes nothing", async () => {
    const [store, other] = stores();
    const { key, record } = await inserted(store, { version: 7 });
    assert.equal(await other.update(key, { ...record, version: 7, data: '{"stale":1}' }, 6), "conflict");
    assert.equal(await other.update(key, { ...record, version: 9, data: '{"stale":1}' }, 8), "conflict");
    assert.deepEqual(await store.get(key), record);
  });

  test("answers gone to a writer after the logout, and does not bring the session back", async () => {
    const [store, other] = stores();
    const { key, record } = await inserted(store, { userId: newUser() });
    await other.destroy(key);
    assert.equal(await store.update(key, { ...record, version: 2 }, 1), "gone");
    await store.touch(key, record.idleExpiresAtMs + HOUR_MS);
    assert.equal(await store.get(key), undefined);
    assert.deepEqual(await store.listByUser(record.userId ?? ""), []);
  });

  test("moves the idle expiry and nothing else when touched", async () => {
    const [store, other] = stores();
    const { key, record } = await inserted(store, { userId: newUser() });
    await other.touch(key, record.idleExpiresAtMs + 1234);
    const moved = { ...record, idleExpiresAtMs: record.idleExpiresAtMs + 1234 };
    assert.deepEqual(await store.get(key), moved);
    assert.deepEqual(await store.listByUser(record.userId ?? ""), [{ key, record: moved }]);
  });
}

function mark(movedTo: string): SessionRecord {
  return markOf(movedTo, "replaced", Date.now());
}

function testMoves(stores: Stores): void {
  test("moves a session to a new key and leaves the mark under the old one", async () => {
    const [store, other] = stores();
    const { key, record } = await inserted(store);
    const target = newKey();
    const next = { ...record, version: 2, userId: newUser() };
    const left = mark(target);
    assert.equal(await other.replace(key, target, next, 1, left), "saved");
    assert.deepEqual(await store.get(target), next);
    assert.deepEqual(await store.get(key), left);
    assert.deepEqual(await store.listByUser(next.userId), [{ key: target, record: next }]);
  });

  test("takes the moved session out of its old user's list", async () => {
    const [store] = stores();
    const userId = newUser();
    const { key, record } = await inserted(store, { userId });
    const target = newKey();
    await store.replace(key, target, { ...record, userId: undefined }, 1, mark(target));
    assert.deepEqual(await store.listByUser(userId), []);
  });

  test("refuses to move what was written meanwhile", async () => {
    const [store] = stores();
    const { key, record } = await inserted(store, { version: 2 });
    const target = newKey();
    assert.equal(await store.replace(key, target, record, 1, mark(target)), "conflict");
    assert.deepEqual(await store.get(key), record);
    assert.equal(await store.get(target), undefined);
  });

  test("refuses to move what was ended meanwhile", async () => {
    const [store] = stores();
    const { key, record } = await inserted(store, { userId: newUser() });
    await store.destroy(key);
    const target = newKey();
    assert.equal(await store.replace(key, target, record, 1, mark(target)), "gone");
    assert.equal(await store.get(target), undefined);
    assert.equal(await store.get(key), undefined);
    assert.deepEqual(await store.listByUser(record.userId ?? ""), []);
  });

  test("neither writes over a mark nor keeps it alive", async () => {
    const [store] = stores();
    const { key, record } = await inserted(store);
    const target = newKey();
    const left = mark(target);
    await store.replace(key, target, { ...record, version: 2 }, 1, left);
    assert.equal(await store.update(key, { ...record, version: 2 }, 1), "conflict");
    assert.equal(await store.replace(key, newKey(), record, 1, mark(newKey())), "conflict");
    await store.touch(key, left.idleExpiresAtMs + HOUR_MS);
    assert.deepEqual(await store.get(key), left);
    assert.deepEqual(await store.destroy(key), left);
  });
}

function testRaces(stores: Stores): void {
  test("lets one of 30 parallel writers of the same version win", async () => {
    const [store, other] = stores();
    const { key, record } = await inserted(store);
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, async (_, index) =>
        (index % 2 === 0 ? store : other).update(key, { ...record, version: 2, data: `{"n":${index}}` }, 1),
      ),
    );
    assert.equal(outcomes.filter((outcome) => outcome === "saved").length, 1);
    assert.equal(outcomes.filter((outcome) => outcome === "conflict").length, 29);
    assert.equal((await store.get(key))?.data, `{"n":${outcomes.indexOf("saved")}}`);
  });

  test("ends a session for certain while it is being written, 100 times", async () => {
    const [store, other] = stores();
    for (let round = 0; round < 100; round++) {
      const { key, record } = await inserted(store, { userId: newUser() });
      await Promise.all([
        other.update(key, { ...record, version: 2 }, 1),
        store.destroy(key),
        other.touch(key, record.idleExpiresAtMs + 1),
      ]);
      assert.equal(await store.get(key), undefined);
      assert.deepEqual(await other.listByUser(record.userId ?? ""), []);
    }
  });

  test("either ends a session or tells where it moved, 100 times", async () => {
    const [store, other] = stores();
    for (let round = 0; round < 100; round++) {
      const { key, record } = await inserted(store);
      const target = newKey();
      const [outcome, removed] = await Promise.all([
        other.replace(key, target, { ...record, version: 2 }, 1, markOf(target, "rotated", Date.now())),
        store.destroy(key),
      ]);
      assert.equal(removed?.version, outcome === "saved" ? 0 : 1);
      assert.equal((await store.get(target)) !== undefined, outcome === "saved");
    }
  });

  test("moves a session once when two requests rotate it at the same time", async () => {
    const [store, other] = stores();
    const { key, record } = await inserted(store);
    const targets = [newKey(), newKey()] as const;
    const outcomes = await Promise.all([
      store.replace(key, targets[0], { ...record, version: 2 }, 1, markOf(targets[0], "rotated", Date.now())),
      other.replace(key, targets[1], { ...record, version: 2 }, 1, markOf(targets[1], "rotated", Date.now())),
    ]);
    assert.deepEqual([...outcomes].toSorted(), ["conflict", "saved"]);
    const found = await Promise.all(targets.map(async (target) => store.get(target)));
    assert.equal(found.filter((each) => each !== undefined).length, 1);
  });
}

function testUsers(stores: Stores): void {
  test("keeps users apart whose ids look like keys, patterns or statements", async () => {
    const [store, other] = stores();
    const prefix = newUser();
    const keys = new Map<string, string>();
    for (const suffix of HOSTILE_USER_IDS) {
      const userId = `${prefix.slice(0, 8)}${suffix}`.slice(-512);
      keys.set(userId, (await inserted(store, { userId })).key);
    }
    for (const [userId, key] of keys) {
      const found = await other.listByUser(userId);
      assert.deepEqual(
        found.map((each) => each.key),
        [key],
        userId,
      );
    }
    const [first] = keys.keys();
    assert.equal(await store.destroyByUser(first ?? "", undefined), 1);
    for (const [userId, key] of keys) assert.equal((await store.get(key)) === undefined, userId === first);
  });

  test("ends all sessions of a user but the one named", async () => {
    const [store, other] = stores();
    const userId = newUser();
    const kept = await inserted(store, { userId });
    await inserted(store, { userId });
    await inserted(other, { userId });
    const stranger = await inserted(store, { userId: newUser() });
    assert.equal(await other.destroyByUser(userId, kept.key), 2);
    assert.deepEqual(await store.listByUser(userId), [kept]);
    assert.deepEqual(await store.get(stranger.key), stranger.record);
    assert.equal(await store.destroyByUser(userId, undefined), 1);
    assert.equal(await store.get(kept.key), undefined);
  });

  test("ends everything of a user with the epoch, also a login that is under way", async () => {
    const [store, other] = stores();
    const userId = newUser();
    assert.equal(await store.epochOf(userId), 0);
    const before1 = await inserted(store, { userId });
    await other.endEpoch(userId, Date.now());
    const late = await inserted(store, { userId });
    for (const { key, record } of [before1, late]) {
      assert.equal(await store.get(key), undefined);
      assert.equal(await store.update(key, { ...record, version: 2 }, 1), "gone");
      const target = newKey();
      const moved = { ...record, version: 2 };
      const outcome = await store.replace(key, target, moved, 1, markOf(target, "rotated", Date.now()));
      assert.equal(outcome, "gone");
      assert.equal(await store.get(target), undefined);
    }
    assert.deepEqual(await store.listByUser(userId), []);
    const fresh = await inserted(store, { userId, userEpoch: await store.epochOf(userId) });
    assert.deepEqual(await other.get(fresh.key), fresh.record);
    assert.deepEqual(await other.listByUser(userId), [fresh]);
  });

  test("counts epochs up when the clock stands still or jumps back", async () => {
    const [store, other] = stores();
    const userId = newUser();
    const seen: number[] = [];
    for (const nowMs of [1_000_000, 1_000_000, 5]) {
      await store.endEpoch(userId, nowMs);
      seen.push(await other.epochOf(userId));
    }
    assert.deepEqual(seen, [1_000_000, 1_000_001, 1_000_002]);
    assert.equal(await store.epochOf(newUser()), 0);
  });
}

function testSweep(stores: Stores): void {
  test("drops expired sessions and marks, no more than asked for, and nothing that lives", async () => {
    const [store] = stores();
    const userId = newUser();
    const past = Date.now() - HOUR_MS;
    const alive = await inserted(store, { userId });
    for (let count = 0; count < 5; count++)
      await inserted(store, { userId, idleExpiresAtMs: past, createdAtMs: past - HOUR_MS });
    assert.ok((await store.sweep(Date.now(), 3)) <= 3);
    await sweepAll(store);
    assert.deepEqual(await store.listByUser(userId), [alive]);
    assert.deepEqual(await store.get(alive.key), alive.record);
  });

  test("sweeps no session that was in use after it should have expired", async () => {
    const [store, other] = stores();
    const now = Date.now();
    // Not over yet: a store that expires its records itself has nothing to move then.
    const soon = { idleExpiresAtMs: now + SOON_MS, createdAtMs: now - HOUR_MS };
    const { key, record } = await inserted(store, soon);
    await other.touch(key, now + HOUR_MS);
    const written = await inserted(store, soon);
    const next = { ...written.record, version: 2, idleExpiresAtMs: now + HOUR_MS };
    assert.equal(await other.update(written.key, next, 1), "saved");
    await new Promise((resolve) => setTimeout(resolve, SOON_MS));
    await sweepAll(store);
    assert.deepEqual(await store.get(key), { ...record, idleExpiresAtMs: now + HOUR_MS });
    assert.deepEqual(await store.get(written.key), next);
  });

  test("lets one of several processes sweep, and another once its time is over", async (t) => {
    const [store, other] = stores();
    if (store.claimSweep === undefined) return t.skip("expires its records itself, or is this process's own");
    // Later than whatever another test left.
    const now = Date.now() + HOUR_MS;
    const claims = await Promise.all(
      Array.from({ length: 10 }, async (_, index) =>
        (index % 2 === 0 ? store : other).claimSweep?.(`p${index}`, now, now + 1000),
      ),
    );
    assert.equal(claims.filter(Boolean).length, 1);
    const holder = `p${claims.indexOf(true)}`;
    assert.equal(await other.claimSweep?.(holder, now + 900, now + 2000), true, "it may go on");
    assert.equal(await store.claimSweep("q", now + 1999, now + 3000), false);
    assert.equal(await store.claimSweep("q", now + 2000, now + 3000), true);
    assert.equal(await other.claimSweep?.(holder, now + 2001, now + 4000), false);
    await store.claimSweep("q", now + 2001, now + 9000 * HOUR_MS);
    assert.equal(await other.claimSweep?.("r", now + 2002, now + 3000), true, "its clock was a year ahead");
  });
}

/** Twice: a store that goes on where it stopped comes around. */
async function sweepAll(store: SessionStore): Promise<void> {
  for (let round = 0, ends = 0; round < 1000 && ends < 2; round++)
    if ((await store.sweep(Date.now(), 100)) < 100) ends++;
}
