import { guardStore } from "../../src/session/store-guard.ts";
import { sqliteStore } from "../../src/session/sqlite.ts";
import { startSweeper } from "../../src/session/sweeper.ts";

/** Run by sweeper.test.ts as a process of its own: sweeps a file, and tells its parent each time it does. */
const [file = "", intervalMs = "0"] = process.argv.slice(2);
const store = guardStore(sqliteStore({ file, busyTimeoutMs: 5000 }), 5000);
const told: typeof store = {
  ...store,
  sweep: async (nowMs, limit) => {
    const lookedAt = await store.sweep(nowMs, limit);
    process.send?.({ lookedAt });
    return lookedAt;
  },
};
startSweeper({ store: told, nowMs: Date.now }, Number(intervalMs));
setInterval(() => undefined, 60_000);
process.send?.("ready");
