import assert from "node:assert/strict";
import { test } from "node:test";
import type { Kysely } from "kysely";
import { createUsers } from "../accounts/users.ts";
import { migrate } from "../database/migrations.ts";
import { openDatabase } from "../database/open.ts";
import type { Schema } from "../database/schema.ts";
import { MAX_NOTES_PER_USER, NOTES_PER_PAGE, type Notes, createNotes } from "./notes.ts";

async function two(
  work: (notes: Notes, alice: string, bob: string, db: Kysely<Schema>) => Promise<void>,
): Promise<void> {
  const db = openDatabase(":memory:");
  try {
    await migrate(db);
    const users = createUsers(db);
    await users.add("alice@example.com", "x");
    await users.add("bob@example.com", "x");
    const [alice, bob] = [await users.byEmail("alice@example.com"), await users.byEmail("bob@example.com")];
    assert.ok(alice !== undefined && bob !== undefined);
    await work(createNotes(db), alice.id, bob.id, db);
  } finally {
    await db.destroy();
  }
}

test("another user can neither read, change nor delete a note", async () => {
  await two(async (notes, alice, bob) => {
    const id = await notes.add(alice, { title: "hers", body: "" });
    assert.ok(id !== undefined);
    assert.equal(await notes.find(bob, id), undefined);
    assert.equal(await notes.save(bob, id, { title: "his", body: "", version: 1 }), "gone");
    assert.equal(await notes.remove(bob, id), false);
    assert.deepEqual(await notes.list(bob, 1), []);
    assert.equal((await notes.find(alice, id))?.title, "hers");
  });
});

test("an edit that started from an older version changes nothing", async () => {
  await two(async (notes, alice) => {
    const id = await notes.add(alice, { title: "one", body: "" });
    assert.ok(id !== undefined);
    assert.equal(await notes.save(alice, id, { title: "two", body: "", version: 1 }), "saved");
    assert.equal(await notes.save(alice, id, { title: "three", body: "", version: 1 }), "changed-meanwhile");
    assert.equal(await notes.save(alice, id, { title: "four", body: "" }), "changed-meanwhile");
    assert.equal((await notes.find(alice, id))?.title, "two");
  });
});

test("the last free place is given away once, however many ask at the same time", async () => {
  await two(async (notes, alice) => {
    for (let added = 0; added < MAX_NOTES_PER_USER - 20; added += 1)
      await notes.add(alice, { title: "x", body: "" });
    const fill = Array.from({ length: 25 }, () => notes.add(alice, { title: "x", body: "" }));
    const ids = await Promise.all(fill);
    assert.equal(ids.filter((id) => id === undefined).length, 5);
    assert.equal(await notes.count(alice), MAX_NOTES_PER_USER);
    assert.equal((await notes.list(alice, 1)).length, NOTES_PER_PAGE);
    assert.deepEqual(await notes.list(alice, 9_999), []);
  });
});

test("a second account for an address changes nothing about the first", async () => {
  await two(async (_notes, _alice, _bob, db) => {
    const users = createUsers(db);
    const added = await Promise.all(["a", "b", "c"].map((hash) => users.add("carol@example.com", hash)));
    assert.equal(added.filter(Boolean).length, 1);
    const carol = await users.byEmail("carol@example.com");
    assert.equal(await users.add("carol@example.com", "attacker"), false);
    assert.deepEqual(await users.byEmail("carol@example.com"), carol);
  });
});

test("of two password changes at once one wins, and every older session ends", async () => {
  await two(async (_notes, alice, _bob, db) => {
    const users = createUsers(db);
    const user = await users.byId(alice);
    assert.ok(user !== undefined);
    const epochs = await Promise.all([users.changePassword(user, "p1"), users.changePassword(user, "p2")]);
    assert.deepEqual(epochs, [1, undefined]);
    await users.rehash(user, "stale");
    const after = await users.byId(alice);
    assert.equal(after?.passwordHash, "p1");
    assert.equal(after.sessionEpoch, 1);
  });
});
