import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryStore } from "../../packages/hauberk/src/session/memory.ts";
import type { SessionStore } from "../../packages/hauberk/src/session/store.ts";
import {
  anonymousFlood,
  fixations,
  forgedCookies,
  logoutRaces,
  parallelWrites,
  withApp,
} from "./session/races.ts";
import { OPENERS, STORE_NAMES } from "../../packages/hauberk/test/session/stores.ts";

// The full counts of these, and their results: npm run test:faults:sessions
for (const name of STORE_NAMES) {
  describe(`sessions in ${name}`, () => {
    test("none is revived in 50 logout races, and no write of 10 x 30 is lost", async (t) => {
      const { store, close } = await OPENERS[name]({ synced: false });
      t.after(close);
      await withApp(store, async (served) => {
        assert.equal(await logoutRaces(served, 50), 0);
        assert.equal(await parallelWrites(served, 10), 300);
        assert.equal(await fixations(served, 20), 0);
        assert.deepEqual(await forgedCookies(served, 1600), { accepted: 0, failed: 0 });
        assert.equal((await anonymousFlood(served, 500)).cookies, 0);
      });
    });
  });
}

test("a store that overwrites without looking loses writes and revives logouts, so the races can show it", async () => {
  const inner = memoryStore();
  const careless: SessionStore = {
    get: (key) => inner.get(key),
    insert: async (key, record) => inner.insert(key, record),
    update: async (key, record): Promise<"saved"> => {
      await inner.insert(key, record);
      return "saved";
    },
    replace: async (...parameters) => inner.replace(...parameters),
    touch: (key, idleExpiresAtMs) => inner.touch(key, idleExpiresAtMs),
    destroy: (key) => inner.destroy(key),
    listByUser: (userId) => inner.listByUser(userId),
    destroyByUser: (userId, exceptKey) => inner.destroyByUser(userId, exceptKey),
    epochOf: (userId) => inner.epochOf(userId),
    endEpoch: (userId, nowMs) => inner.endEpoch(userId, nowMs),
    sweep: (nowMs, limit) => inner.sweep(nowMs, limit),
  };
  await withApp(careless, async (served) => {
    assert.ok((await logoutRaces(served, 30)) > 0);
    assert.ok((await parallelWrites(served, 3)) < 90);
  });
});
