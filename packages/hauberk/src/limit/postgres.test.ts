import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Pool } from "pg";
import { collectEvents } from "../../test/gate.ts";
import { sampleRecord } from "../../test/session/record.ts";
import { startPostgres } from "../../test/session/servers.ts";
import { postgresPool } from "../../test/session/stores.ts";
import { migratePostgres, postgresStore } from "../session/postgres.ts";
import { limitStoreConformance } from "./conformance.ts";
import { withFallback } from "./fallback.ts";
import { rateOf } from "./gcra.ts";
import { migratePostgresLimits, postgresLimitStore } from "./postgres.ts";
import type { Charge, LimitStore } from "./store.ts";
import { PATIENCE } from "../../../../test/support/patience.ts";

const server = await startPostgres({ synced: false });
const pools: Pool[] = [];
function newPool(timeoutMs = 20_000): Pool {
  const pool = postgresPool(server.port, timeoutMs);
  pools.push(pool);
  return pool;
}
after(async () => {
  for (const pool of pools) await pool.end();
  await server.stop();
});

test("lets processes that start at the same time migrate, and again later", async () => {
  await Promise.all([newPool(), newPool(), newPool()].map(migratePostgresLimits));
  await migratePostgresLimits(newPool());
});

limitStoreConformance("postgres", {
  open: () => postgresLimitStore({ pool: newPool() }),
  openAnother: () => postgresLimitStore({ pool: newPool() }),
});

const charge = (key: string, limit: number): Charge => ({ key, rate: rateOf(limit, 3600, limit), cost: 1 });
const allowed = async (store: LimitStore, each: Charge): Promise<boolean | undefined> =>
  (await store.consume([each], Date.now()))[0]?.allow;

test("shares the pool of the sessions", async () => {
  const pool = newPool();
  await migratePostgres(pool);
  const [sessions, limits] = [postgresStore({ pool }), postgresLimitStore({ pool })];
  await sessions.insert("ab".repeat(32), sampleRecord());
  assert.equal(await allowed(limits, charge("shared", 1)), true);
  assert.equal(await allowed(limits, charge("shared", 1)), false);
  assert.notEqual(await sessions.get("ab".repeat(32)), undefined);
});

test("takes a key that holds NaN for one that is used up", async () => {
  const pool = newPool();
  const store = postgresLimitStore({ pool });
  await pool.query("INSERT INTO hauberk_limits VALUES ('odd', 'NaN')");
  assert.equal(await allowed(store, charge("odd", 5)), false);
  await store.forget("odd");
  assert.equal(await allowed(store, charge("odd", 5)), true);
});

test("lets a refusal wait for nobody: a flood of them at one key must not make the store late", async () => {
  const pool = newPool();
  const store = postgresLimitStore({ pool });
  for (let sent = 0; sent < 5; sent++) assert.equal(await allowed(store, charge("flooded", 5)), true);
  const holder = await pool.connect();
  await holder.query("BEGIN");
  await holder.query({
    text: "SELECT 1 FROM hauberk_limits WHERE key = $1 FOR UPDATE",
    values: [Buffer.from("flooded")],
  });
  try {
    assert.equal(await allowed(store, charge("flooded", 5)), false);
  } finally {
    await holder.query("ROLLBACK");
    holder.release();
  }
});

test("forgets what is fresh again, and keeps to its cap, while it goes on counting", async () => {
  const pool = newPool();
  await pool.query("DELETE FROM hauberk_limits");
  const store = postgresLimitStore({ pool, maxKeys: 300 });
  const now = Date.now();
  for (let at = 0; at < 999; at++)
    await store.consume([charge(`k${at}`, at < 500 ? 3_600_000 : 1)], now + at);
  await store.consume([charge("held", 1)], now + 5000);
  const rows = async (): Promise<number> =>
    Number((await pool.query<{ count: string }>("SELECT count(*) FROM hauberk_limits")).rows[0]?.count);
  for (let tries = 0; (await rows()) > 300 && tries < 100; tries++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(await rows(), 300);
  assert.equal((await store.consume([charge("held", 1)], now + 5000))[0]?.allow, false);
});

test("keeps its counts over a kill of the server, and counts in this process while it is gone", async (context) => {
  const events = collectEvents(context);
  const shared = postgresLimitStore({ pool: newPool() });
  const store = withFallback(shared, 1000);
  for (let sent = 0; sent < 3; sent++) assert.equal(await allowed(shared, charge("outage", 5)), true);
  await server.kill();
  let local = 0;
  for (let sent = 0; sent < 10; sent++) if ((await allowed(store, charge("outage", 5))) === true) local += 1;
  assert.equal(local, 5);
  assert.equal(events[0]?.name, "limit.store-failed");
  await server.start();
  // Its clients connect again by themselves; a look costs nothing.
  await context.waitFor(() => allowed(shared, charge("another", 5)), PATIENCE);
  let left = 0;
  for (let sent = 0; sent < 10; sent++) if ((await allowed(shared, charge("outage", 5))) === true) left += 1;
  assert.equal(left, 2);
});

test("explains why a role without rights cannot migrate", async () => {
  await newPool().query("CREATE ROLE poor LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  const pool = newPool();
  await pool.query("DROP TABLE hauberk_limits CASCADE; DROP FUNCTION hauberk_consume_limits");
  const poor = { query: async (query: { text: string }) => pool.query(`SET ROLE poor; ${query.text}`) };
  await assert.rejects(migratePostgresLimits(poor), {
    code: "LIMIT_STORE_UNUSABLE",
    message: /permission denied/,
  });
});

for (const [name, options, code] of [
  ["no pool", {}, "OPTION_TYPE"],
  ["a connection string for a pool", { pool: "postgres://localhost" }, "OPTION_TYPE"],
  ["a pool of null", { pool: null }, "OPTION_TYPE"],
  ["endless keys", { pool: { query() {} }, maxKeys: Infinity }, "OPTION_RANGE"],
  ["a misspelt option", { pool: { query() {} }, table: "s" }, "OPTION_UNKNOWN"],
] as const) {
  test(`refuses to start with ${name}`, () => {
    assert.throws(() => postgresLimitStore(options as never), { code });
  });
}
