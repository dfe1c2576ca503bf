import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  anonymousFlood,
  fixations,
  forgedCookies,
  logoutRaces,
  parallelWrites,
  withApp,
} from "./session/races.ts";
import { OPENERS, STORE_NAMES } from "./session/stores.ts";

// The full counts of these, and their results: node test/faults/session/report.ts
for (const name of STORE_NAMES) {
  describe(`sessions in ${name}`, () => {
    test("none is revived in 50 logout races, and no write of 10 x 30 is lost", async () => {
      const { store, close } = await OPENERS[name]();
      await withApp(store, async (served) => {
        assert.equal(await logoutRaces(served, 50), 0);
        assert.equal(await parallelWrites(served, 10), 300);
        assert.equal(await fixations(served, 20), 0);
        assert.deepEqual(await forgedCookies(served, 1600), { accepted: 0, failed: 0 });
        assert.equal((await anonymousFlood(served, 500)).cookies, 0);
      });
      await close();
    });
  });
}
