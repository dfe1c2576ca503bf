import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Pool } from "pg";
import { startPostgres } from "../../test/session/servers.ts";
import { sessionStoreConformance } from "./conformance.ts";
import { migratePostgres, postgresStore } from "./postgres.ts";

const server = await startPostgres();
const pools: Pool[] = [];
function newPool(max = 8): Pool {
  const pool = new Pool({
    host: "127.0.0.1",
    port: server.port,
    user: "hauberk",
    database: "postgres",
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

sessionStoreConformance("postgres", {
  open: () => postgresStore({ pool: newPool() }),
  openAnother: () => postgresStore({ pool: newPool() }),
});

test("explains why a role without rights cannot migrate", async () => {
  await newPool().query(
    "CREATE ROLE poor LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC; DROP TABLE hauberk_sessions",
  );
  const pool = new Pool({ host: "127.0.0.1", port: server.port, user: "poor", database: "postgres" });
  pools.push(pool);
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
