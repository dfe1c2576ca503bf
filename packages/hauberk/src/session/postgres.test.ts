import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Pool } from "pg";
import { sampleRecord } from "../../test/session/record.ts";
import { startPostgres } from "../../test/session/servers.ts";
import { sessionStoreConformance } from "./conformance.ts";
import { keyOf } from "./id.ts";
import { POSTGRES_MIGRATIONS, migratePostgres, postgresStore } from "./postgres.ts";

const server = await startPostgres({ synced: false });
const pools: Pool[] = [];
function newPool(max = 8, user = "hauberk", database = "postgres"): Pool {
  const pool = new Pool({
    host: "127.0.0.1",
    port: server.port,
    user,
    database,
    max,
  });
  pool.on("error", () => undefined);
  pools.push(pool);
  return pool;
}
after(async () => {
  for (const pool of pools) await pool.end();
  await server.stop();
});

test("lets processes that start at the same time migrate, and again later", async () => {
  await Promise.all([migratePostgres(newPool()), migratePostgres(newPool()), migratePostgres(newPool())]);
  await migratePostgres(newPool());
});

test("keeps the sessions of a schema of before the sweeper's column, and migrates it once", async () => {
  const pool = newPool();
  await pool.query("CREATE DATABASE older");
  const older = newPool(1, "hauberk", "older");
  await older.query(POSTGRES_MIGRATIONS[0]?.sql ?? "");
  await older.query("CREATE INDEX hauberk_sessions_by_expiry ON hauberk_sessions (idle_expires_at_ms)");
  const record = sampleRecord();
  const key = keyOf("older");
  await older.query("INSERT INTO hauberk_sessions VALUES ($1, 1, $2, $3, $4, NULL, 0, $5, $6, $7, $8)", [
    Buffer.from(key, "hex"),
    record.createdAtMs,
    record.idleExpiresAtMs,
    record.absoluteExpiresAtMs,
    record.handle,
    record.startedFrom.address,
    record.startedFrom.userAgent,
    record.data,
  ]);
  await migratePostgres(older);
  await migratePostgres(older);
  const store = postgresStore({ pool: older });
  assert.deepEqual(await store.get(key), record);
  assert.equal(await store.sweep(Date.now(), 10), 1, "looked at once");
  assert.equal(await store.sweep(Date.now(), 10), 0);
  assert.deepEqual(await store.get(key), record);
});

test("moves the idle time of a session without writing to an index", async () => {
  const pool = newPool(1);
  const store = postgresStore({ pool });
  const record = sampleRecord({ userId: "hot" });
  const key = keyOf("hot");
  await store.insert(key, record);
  for (let count = 1; count <= 20; count++) await store.touch(key, record.idleExpiresAtMs + count);
  await store.update(key, { ...record, version: 2, data: '{"n":1}' }, 1);
  await pool.query("SELECT pg_stat_force_next_flush()");
  const { rows } = await pool.query(
    "SELECT n_tup_upd - n_tup_hot_upd AS cold FROM pg_stat_user_tables WHERE relname = 'hauberk_sessions'",
  );
  assert.deepEqual(rows, [{ cold: "0" }]);
});

sessionStoreConformance("postgres", {
  open: () => postgresStore({ pool: newPool() }),
  openAnother: () => postgresStore({ pool: newPool() }),
});

const partitioned = (max = 8): Pool => newPool(max, "hauberk", "partitioned");
sessionStoreConformance("postgres in 16 partitions", {
  open: async () => {
    await newPool().query("CREATE DATABASE partitioned");
    await migratePostgres(partitioned(), { partitions: 16 });
    await migratePostgres(partitioned(), { partitions: 16 });
    return postgresStore({ pool: partitioned() });
  },
  openAnother: () => postgresStore({ pool: partitioned() }),
});

test("refuses to partition a table that is there already", async () => {
  await assert.rejects(migratePostgres(newPool(), { partitions: 16 }), { code: "SESSION_STORE_UNUSABLE" });
});

for (const [name, options, code] of [
  ["no partition", { partitions: 0 }, "OPTION_RANGE"],
  ["half a partition", { partitions: 1.5 }, "OPTION_RANGE"],
  ["partitions as a text that would become SQL", { partitions: "1; DROP TABLE users" }, "OPTION_RANGE"],
  ["a misspelt option of the migration", { partition: 16 }, "OPTION_UNKNOWN"],
] as const) {
  test(`refuses ${name}`, async () => {
    await assert.rejects(migratePostgres(newPool(), options as never), { code });
  });
}

test("explains why a role without rights cannot migrate", async () => {
  await newPool().query(
    "CREATE ROLE poor LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC; DROP TABLE hauberk_sessions",
  );
  const pool = newPool(1, "poor");
  await assert.rejects(migratePostgres(pool), {
    code: "SESSION_STORE_UNUSABLE",
    message: /permission denied/,
  });
});

for (const [name, options, code] of [
  ["no pool", {}, "OPTION_TYPE"],
  ["a connection string for a pool", { pool: "postgres://localhost" }, "OPTION_TYPE"],
  ["a pool of null", { pool: null }, "OPTION_TYPE"],
  ["a misspelt option", { pool: { query() {} }, table: "s" }, "OPTION_UNKNOWN"],
] as const) {
  test(`refuses ${name}`, () => {
    assert.throws(() => postgresStore(options as never), { code });
  });
}
