import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "kysely";
import { type RunningApp, startApp } from "../test-support/running-app.ts";
import { checkFreeSpace } from "./disk.ts";

let running: RunningApp;
before(async () => {
  running = await startApp();
});
after(() => running.close());

const FULL: readonly [name: string, minFreeBytes: number][] = [
  ["less room than it should have", 1e21],
  ["a limit that is no number", Number.NaN],
];

for (const [name, minFreeBytes] of FULL) {
  test(`is not ready on a disk with ${name}`, async () => {
    await assert.rejects(checkFreeSpace(import.meta.dirname, minFreeBytes), /MB free/);
  });
}

test("is not ready when its folder is gone", async () => {
  await assert.rejects(checkFreeSpace("/nowhere/at/all", 1), /ENOENT/);
});

test("needs no disk for a database in memory", async () => {
  await checkFreeSpace(":memory:", 1e21);
  await checkFreeSpace(import.meta.dirname, 1);
});

test("is ready, then not while a migration is missing or the session store is away, and says why to the log only", async (t) => {
  const visitor = running.visitor();
  assert.equal((await visitor.get("/readyz")).status, 200);

  await sql`alter table kysely_migration rename to away`.execute(running.db);
  const unmigrated = await visitor.get("/readyz");
  await sql`drop table kysely_migration`.execute(running.db).catch(() => undefined);
  await sql`alter table away rename to kysely_migration`.execute(running.db);
  assert.equal(unmigrated.status, 503);
  assert.equal(unmigrated.headers.get("retry-after"), "5");
  assert.doesNotMatch(unmigrated.text, /migration/);
  assert.match(running.log(), /"check":"database"/);

  t.mock.method(running.sessionStore, "epochOf", () => Promise.reject(new Error("connection refused")));
  assert.equal((await visitor.get("/readyz")).status, 503);
  assert.match(running.log(), /"check":"sessions"/);
  assert.equal((await visitor.get("/healthz")).status, 200);
  t.mock.restoreAll();
  assert.equal((await visitor.get("/readyz")).status, 200);
});
