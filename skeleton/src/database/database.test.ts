import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { sql } from "kysely";
import { isMigrated, migrate } from "./migrations.ts";
import { bindable, nodeSqlite } from "./node-sqlite.ts";
import { openDatabase, reserveForOwner } from "./open.ts";

const USER = { id: "u1", email: "a@b.example", password_hash: "x", session_epoch: 0, created_at_ms: 1 };

const UNBINDABLE: readonly [name: string, value: unknown][] = [
  ["undefined", undefined],
  ["a boolean", true],
  ["NaN", Number.NaN],
  ["infinity", Number.POSITIVE_INFINITY],
  ["an object, which node:sqlite would read as named parameters", { id: "u1" }],
  ["an array", ["u1"]],
  ["a date", new Date(0)],
  ["a function", (): void => {}],
  ["a symbol", Symbol("x")],
];

for (const [name, value] of UNBINDABLE) {
  test(`binds no ${name}`, () => {
    assert.throws(() => bindable(value), TypeError);
  });
}

for (const value of [null, "", "\u0000", "' OR 1=1 --", 0, -1.5, 2n ** 62n, new Uint8Array([1])]) {
  test(`binds ${typeof value} ${JSON.stringify(String(value))} unchanged`, () => {
    assert.equal(bindable(value), value);
  });
}

test("an object in place of an id is refused by a real query", async () => {
  const db = openDatabase(":memory:");
  await migrate(db);
  const hostile: unknown = { id: "u1" };
  await assert.rejects(
    sql`select * from users where id = ${hostile}`.execute(db),
    /cannot store a value of type object/,
  );
  await db.destroy();
});

test("text that looks like SQL is stored as text", async () => {
  const db = openDatabase(":memory:");
  await migrate(db);
  const email = "x'); drop table users; --";
  await db
    .insertInto("users")
    .values({ ...USER, email })
    .execute();
  const row = await db.selectFrom("users").select("email").executeTakeFirstOrThrow();
  assert.equal(row.email, email);
  await db.destroy();
});

test("a failed transaction leaves nothing behind, and other queries wait for it", async () => {
  const db = openDatabase(":memory:");
  await migrate(db);
  const failing = db.transaction().execute(async (transaction) => {
    await transaction.insertInto("users").values(USER).execute();
    throw new Error("boom");
  });
  const outside = db.selectFrom("users").selectAll().execute();
  await assert.rejects(failing, /boom/);
  assert.deepEqual(await outside, []);
  await db.destroy();
});

test("counts changed rows and returns rows from `returning`", async () => {
  const db = openDatabase(":memory:");
  await migrate(db);
  const returned = await db.insertInto("users").values(USER).returning("id").executeTakeFirstOrThrow();
  assert.equal(returned.id, "u1");
  const updated = await db.updateTable("users").set({ session_epoch: 1 }).executeTakeFirstOrThrow();
  assert.equal(updated.numUpdatedRows, 1n);
  await db.destroy();
});

test("keeps a bounded number of prepared statements", () => {
  const adapter = nodeSqlite(new DatabaseSync(":memory:"));
  const first = adapter.prepare("select 0");
  assert.equal(adapter.prepare("select 0"), first);
  for (let n = 1; n <= 200; n += 1) adapter.prepare(`select ${n}`);
  assert.notEqual(adapter.prepare("select 0"), first);
  adapter.close();
  adapter.close();
});

test("migrates once, and again without effect", async () => {
  const db = openDatabase(":memory:");
  assert.equal(await isMigrated(db), false);
  await migrate(db);
  await migrate(db);
  assert.equal(await isMigrated(db), true);
  await db.destroy();
});

test("refuses a note without an owner, text for a number, and a second account for an address", async () => {
  const db = openDatabase(":memory:");
  await migrate(db);
  const note = {
    id: "n1",
    owner_id: "nobody",
    title: "",
    body: "",
    version: 1,
    created_at_ms: 1,
    updated_at_ms: 1,
  };
  await assert.rejects(db.insertInto("notes").values(note).execute(), /FOREIGN KEY/);
  await assert.rejects(
    sql`insert into users (id, email, password_hash, session_epoch, created_at_ms) values ('u', 'e', 'h', 'not a number', 1)`.execute(
      db,
    ),
    /store TEXT/,
  );
  await db.insertInto("users").values(USER).execute();
  await assert.rejects(
    db
      .insertInto("users")
      .values({ ...USER, id: "u2" })
      .execute(),
    /UNIQUE/,
  );
  await db.deleteFrom("users").execute();
  await db.destroy();
});

test("the file is readable by its owner alone, and a corrupt file is refused", async () => {
  const directory = mkdtempSync(join(tmpdir(), "skeleton-database-"));
  try {
    const file = join(directory, "app.sqlite");
    reserveForOwner(file);
    const db = openDatabase(file);
    await migrate(db);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(`${file}-wal`).mode & 0o777, 0o600);
    await db.destroy();
    const corrupt = join(directory, "corrupt.sqlite");
    writeFileSync(corrupt, "this is not a database ".repeat(100));
    assert.throws(() => openDatabase(corrupt), /not a database/);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
