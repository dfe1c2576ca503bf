import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoreCallback } from "../../session/express-call.ts";
import { HashedStore } from "./hashed-store.ts";

const SID = "a".repeat(32);
const OLD = { cookie: {}, user: "ada" };

/** A store of which the first write arrives when the test says so. */
function storeWithOneLateWrite(): {
  readonly store: HashedStore;
  readonly stored: () => unknown;
  readonly arrive: () => void;
  /** As another process does. */
  readonly clear: () => void;
} {
  const rows = new Map<string, string>();
  let late: (() => void) | undefined;
  const write = (sid: string, session: object, done: StoreCallback): void => {
    // As it is when it arrives: a session whose object the request goes on with.
    const work = (): void => {
      rows.set(sid, JSON.stringify(session));
      done();
    };
    if (late === undefined) late = work;
    else work();
  };
  const store = new HashedStore({
    get: (sid, done) => done(null, rows.has(sid) ? JSON.parse(rows.get(sid) ?? "") : null),
    set: write,
    touch: write,
    destroy: (sid, done) => {
      rows.delete(sid);
      done();
    },
  });
  const stored = (): unknown => [...rows.values()].map((row) => (JSON.parse(row) as typeof OLD).user)[0];
  return { store, stored, arrive: () => late?.(), clear: () => rows.clear() };
}

async function settled(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

for (const [name, giveUp] of [
  ["write", (store: HashedStore) => store.write(SID, OLD)],
  ["touch that writes", (store: HashedStore) => store.touch(SID, OLD)],
] as const) {
  for (const [afterwards, act, want] of [
    ["the logout brings no session back", (store: HashedStore) => store.remove(SID), undefined],
    [
      "another write does not undo it",
      (store: HashedStore) => store.write(SID, { cookie: {}, user: "grace" }),
      "grace",
    ],
  ] as const) {
    test(`a ${name} that arrives behind ${afterwards}`, async (t) => {
      t.mock.timers.enable({ apis: ["setTimeout"] });
      const { store, stored, arrive } = storeWithOneLateWrite();
      const givenUp = assert.rejects(giveUp(store), /no answer within/);
      t.mock.timers.tick(5000);
      await givenUp;
      await act(store);
      arrive();
      assert.equal((await store.read(SID))?.["user"], want);
      await settled();
      assert.equal(stored(), want);
      assert.equal((await store.read(SID))?.["user"], want);
    });
  }
}

test("what is written again is the session as it was saved, not as the request went on with it", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { store, stored, arrive } = storeWithOneLateWrite();
  const givenUp = assert.rejects(store.write(SID, OLD), /no answer within/);
  t.mock.timers.tick(5000);
  await givenUp;
  const session = { cookie: {}, user: "grace" };
  await store.write(SID, session);
  session.user = "nobody's yet";
  arrive();
  await settled();
  assert.equal(stored(), "grace");
});

test("a session that another process ended is over, also while a write of this one is late", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { store, clear } = storeWithOneLateWrite();
  const givenUp = assert.rejects(store.write(SID, OLD), /no answer within/);
  t.mock.timers.tick(5000);
  await givenUp;
  await store.write(SID, OLD);
  assert.equal((await store.read(SID))?.["user"], "ada");
  clear();
  assert.equal(await store.read(SID), undefined);
});
