import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { UploadedFile } from "../../packages/hauberk/src/body/index.ts";
import { startPostgres, startRedis, type RealServer } from "../../packages/hauberk/test/session/servers.ts";
import { createAttachments } from "../../skeleton/src/attachments/attachments.ts";
import { QUOTA_BYTES } from "../../skeleton/src/attachments/limits.ts";
import { createUsers } from "../../skeleton/src/accounts/users.ts";
import { readConfig } from "../../skeleton/src/config/config.ts";
import { createLogger } from "../../skeleton/src/logging/logger.ts";
import { createNotes, MAX_NOTES_PER_USER } from "../../skeleton/src/notes/notes.ts";
import { openStorage, type Storage } from "../../skeleton/src/storage/storage.ts";
import { freePort } from "../support/free-port.ts";
import { Visitor } from "../support/visitor.ts";
import { useSkeleton } from "./support/journey.ts";
import { PATIENCE, startSkeletonProcess } from "./support/skeleton-process.ts";

let postgres: RealServer;
let redis: RealServer;
before(async () => {
  [postgres, redis] = await Promise.all([startPostgres({ durable: false }), startRedis({ durable: false })]);
});
after(async () => {
  await Promise.all([postgres.stop(), redis.stop()]);
});

const databaseUrl = (): string => `postgres://hauberk:secret@127.0.0.1:${postgres.port}/postgres`;
const redisUrl = (): string => `redis://127.0.0.1:${redis.port}`;

for (const [name, settings] of [
  ["PostgreSQL", (): Record<string, string> => ({ DATABASE_URL: databaseUrl() })],
  [
    "PostgreSQL and Redis",
    (): Record<string, string> => ({ DATABASE_URL: databaseUrl(), REDIS_URL: redisUrl() }),
  ],
] as const) {
  test(`two processes with ${name} are one application`, async (t) => {
    const ports = [await freePort(), await freePort()] as const;
    const shared = { ...settings(), ORIGIN: ports.map((port) => `http://localhost:${port}`).join(",") };
    // Both at once: they must not trip over each other's migrations.
    const [first] = await Promise.all(
      ports.map((port) => startSkeletonProcess(t, { port, settings: shared })),
    );
    const visitor = await useSkeleton(first?.origin ?? "");
    const accountAtTheOther = async (): Promise<number> => {
      const headers = { cookie: visitor.cookieHeader };
      return (await fetch(`http://localhost:${ports[1]}/account`, { headers, redirect: "manual" })).status;
    };
    assert.equal(await accountAtTheOther(), 200, "logged in with one is logged in with the other");
    const cookie = visitor.cookieHeader;
    const body = new URLSearchParams({ _csrf: await visitor.tokenOf("/account") });
    assert.equal((await visitor.visit("/logout", { method: "POST", body })).status, 303);
    const later = await fetch(`http://localhost:${ports[1]}/account`, {
      headers: { cookie },
      redirect: "manual",
    });
    assert.equal(later.status, 303, "logged out of one is logged out of the other");
  });
}

async function open(): Promise<Storage> {
  const settings = {
    DATABASE_URL: databaseUrl(),
    APP_SECRETS: "q5Zr0m2Xc8vYH1tKfLw7BnJ3dPsEuGiA9oRyTxMzQk4",
  };
  return openStorage(readConfig("", settings), createLogger("silent"));
}

test("the last free place for a note is taken once, by whichever process", async (t) => {
  const stores = await Promise.all([open(), open()]);
  t.after(() => Promise.all(stores.map((storage) => storage.close())).then(() => undefined));
  const [{ db }] = stores;
  await createUsers(db).add("full@example.com", "hash");
  const user = await createUsers(db).byEmail("full@example.com");
  assert.equal(typeof user?.createdAtMs, "number");
  const ownerId = user?.id ?? "";
  const rows = Array.from({ length: MAX_NOTES_PER_USER - 1 }, (_, index) => ({
    id: `n${index}`,
    owner_id: ownerId,
    title: "t",
    body: "b",
    version: 1,
    created_at_ms: Date.now(),
    updated_at_ms: Date.now(),
  }));
  await db.insertInto("notes").values(rows).execute();
  const adding = Array.from({ length: 12 }, (_, index) =>
    createNotes(stores[index % 2]?.db ?? db).add(ownerId, { title: "last", body: "" }),
  );
  const ids = (await Promise.all(adding)).filter((id) => id !== undefined);
  assert.equal(ids.length, 1);
  assert.equal(await createNotes(db).count(ownerId), MAX_NOTES_PER_USER);
});

test("ten uploads at once by two processes keep what the quota allows, to the byte", async (t) => {
  const stores = await Promise.all([open(), open()]);
  t.after(() => Promise.all(stores.map((storage) => storage.close())).then(() => undefined));
  const [{ db }] = stores;
  await createUsers(db).add("quota@example.com", "hash");
  const ownerId = (await createUsers(db).byEmail("quota@example.com"))?.id ?? "";
  const noteId = (await createNotes(db).add(ownerId, { title: "t", body: "" })) ?? "";
  // Connections that are open already: the first upload must not be done before the last one has one.
  const asleep = Array.from({ length: 10 }, (_, at) =>
    (stores[at % 2]?.db ?? db)
      .selectFrom("users")
      .select((select) => select.fn("pg_sleep", [select.val(0.2)]).as("slept"))
      .limit(1)
      .execute(),
  );
  await Promise.all(asleep);
  const bytes = Math.floor(QUOTA_BYTES / 4);
  const uploads = Array.from({ length: 10 }, (_, at) => {
    const id = at.toString(16).padStart(32, "0");
    const file: UploadedFile = { field: "files", id, type: "image/png", name: "a.png", bytes, path: "" };
    return createAttachments(stores[at % 2]?.db ?? db).add(ownerId, noteId, [file]);
  });
  const added = (await Promise.all(uploads)).filter((wasAdded) => wasAdded);
  assert.equal(added.length, 4);
  assert.equal(await createAttachments(db).remainingBytes(ownerId), QUOTA_BYTES - 4 * bytes);
});

test("a change of the password wins once, and a taken address changes nothing", async (t) => {
  const { db, close } = await open();
  t.after(close);
  const users = createUsers(db);
  assert.equal(await users.add("once@example.com", "first"), true);
  assert.equal(await users.add("once@example.com", "second"), false);
  const user = await users.byEmail("once@example.com");
  assert.ok(user !== undefined);
  assert.equal(user.passwordHash, "first");
  const epochs = await Promise.all([users.changePassword(user, "a"), users.changePassword(user, "b")]);
  assert.deepEqual(
    epochs.filter((epoch) => epoch !== undefined),
    [1],
  );
});

for (const [name, settings] of [
  ["PostgreSQL", { DATABASE_URL: "postgres://app:hunter2@127.0.0.1:1/app" }],
  ["Redis", { REDIS_URL: "redis://app:hunter2@127.0.0.1:1" }],
] as const) {
  test(`does not start without its ${name}, and shows no password`, async (t) => {
    await assert.rejects(startSkeletonProcess(t, { settings }), (error: Error) => {
      assert.match(
        error.message,
        /\[STORE_UNREACHABLE\] [A-Z_]+: 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED.*\n {2}Why: .+\n {2}Fix: .+/,
      );
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  });
}

test("is not ready while a store is away, goes on with public files, and is ready again afterwards", async (t) => {
  const settings = { DATABASE_URL: databaseUrl(), REDIS_URL: redisUrl() };
  const server = await startSkeletonProcess(t, { settings });
  const visitor = new Visitor(server.origin);
  const statusOf = async (path: string): Promise<number> => (await visitor.visit(path)).status;
  for (const store of [redis, postgres]) {
    assert.equal(await statusOf("/readyz"), 200);
    await store.kill();
    await t.waitFor(async () => assert.equal(await statusOf("/readyz"), 503), PATIENCE);
    assert.equal(await statusOf("/healthz"), 200);
    assert.equal(await statusOf("/style.css"), 200);
    await store.start();
    await t.waitFor(async () => assert.equal(await statusOf("/readyz"), 200), PATIENCE);
  }
  await useSkeleton(server.origin);
});
