import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startPostgres } from "../../../test/session/servers.ts";
import { postgresPool } from "../../../test/session/stores.ts";
import { reportStoreConformance } from "./conformance.ts";
import { migratePostgresReports, postgresReportStore } from "./postgres.ts";

const server = await startPostgres({ synced: false });
const pools = [postgresPool(server.port, 5000), postgresPool(server.port, 5000)] as const;
after(async () => {
  for (const pool of pools) await pool.end();
  await server.stop();
});
// Twice and at the same time, as two machines do.
await Promise.all(pools.map(async (pool) => migratePostgresReports(pool)));

reportStoreConformance("postgres", {
  open: () => postgresReportStore({ pool: pools[0] }),
  openAnother: () => postgresReportStore({ pool: pools[1] }),
});

test("refuses something else than a pool", () => {
  assert.throws(() => postgresReportStore({ pool: {} as never }), { code: "OPTION_TYPE" });
});

test("says what to do when the role may not make tables", async () => {
  await pools[0].query("CREATE ROLE reader LOGIN; REVOKE CREATE ON SCHEMA public FROM public");
  const { Pool } = await import("pg");
  const reader = new Pool({ host: "127.0.0.1", port: server.port, user: "reader", database: "postgres" });
  await pools[0].query("DROP TABLE hauberk_reports");
  await assert.rejects(migratePostgresReports(reader), { code: "REPORT_STORE_UNUSABLE" });
  await reader.end();
});
