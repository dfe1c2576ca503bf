import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startPostgres, startRedis, type RealServer } from "../../packages/hauberk/test/session/servers.ts";
import { createAttachments } from "../../skeleton/src/attachments/attachments.ts";
import { MAX_FILE_BYTES, QUOTA_BYTES } from "../../skeleton/src/attachments/limits.ts";
import { createUsers } from "../../skeleton/src/accounts/users.ts";
import { readConfig } from "../../skeleton/src/config/config.ts";
import { createLogger } from "../../skeleton/src/logging/logger.ts";
import { createNotes, MAX_NOTES_PER_USER } from "../../skeleton/src/notes/notes.ts";
import { openStorage, type Storage } from "../../skeleton/src/storage/storage.ts";
import { useConnectionThatIsCut } from "../../skeleton/src/test-support/cut-connection.ts";
import { PATIENCE } from "../support/patience.ts";
import { scratchFolder } from "../support/scratch.ts";
import { freePort } from "../support/free-port.ts";
import { Visitor } from "../support/visitor.ts";
import { useSkeleton } from "./support/journey.ts";
import { type SkeletonProcess, startSkeletonProcess } from "./support/skeleton-process.ts";

let postgres: RealServer;
let redis: RealServer;
before(async () => {
  [postgres, redis] = await Promise.all([startPostgres({ synced: false }), startRedis({ durable: false })]);
});
after(async () => {
  await Promise.all([postgres.stop(), redis.stop()]);
});

const databaseUrl = (): string => `postgres://hauberk:secret@127.0.0.1:${postgres.port}/postgres`;
const redisUrl = (): string => `redis://127.0.0.1:${redis.port}`;

for (const [name, settings] of [
  ["SQLite", (): Record<string, string> => ({})],
  ["PostgreSQL", (): Record<string, string> => ({ DATABASE_URL: databaseUrl() })],
  [
    "PostgreSQL and Redis",
    (): Record<string, string> => ({ DATABASE_URL: databaseUrl(), REDIS_URL: redisUrl() }),
  ],
] as const) {
  test(`two processes with ${name} are one application`, async (t) => {
    const ports = [await freePort(), await freePort()] as const;
    const shared = { ...settings(), ORIGIN: ports.map((port) => `http://localhost:${port}`).join(",") };
    const processes = await startBoth(t, ports, shared);
    const visitor = await useSkeleton(processes[0]?.origin ?? "");
    await fillQuota(visitor, processes);
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

/** Both at once: they must not trip over each other's migrations. */
async function startBoth(
  t: TestContext,
  ports: readonly number[],
  settings: Readonly<Record<string, string>>,
): Promise<readonly SkeletonProcess[]> {
  if ("DATABASE_URL" in settings)
    return Promise.all(ports.map((port) => startSkeletonProcess(t, { port, settings })));
  const first = await startSkeletonProcess(t, { port: ports[0] ?? 0, settings });
  const { dataDirectory } = first;
  return [first, await startSkeletonProcess(t, { port: ports[1] ?? 0, settings, dataDirectory })];
}

const UPLOADS_TO_EACH = 4;

/** Sends more than the quota at once to both processes: what it allows is kept, to the file, and nothing is left of the rest. */
async function fillQuota(visitor: Visitor, processes: readonly SkeletonProcess[]): Promise<void> {
  const sent = processes.flatMap(({ origin }) =>
    Array.from({ length: UPLOADS_TO_EACH }, () =>
      visitor.visit(new URL("/notes", origin).href, {
        method: "POST",
        headers: { "content-type": "multipart/form-data; boundary=xyz", "sec-fetch-site": "same-origin" },
        body: FULL_FILE,
      }),
    ),
  );
  const statuses = (await Promise.all(sent)).map(({ status }) => status).toSorted((a, b) => a - b);
  const kept = Math.floor(QUOTA_BYTES / MAX_FILE_BYTES);
  assert.deepEqual(statuses, [
    ...Array.from({ length: kept }, () => 303),
    ...Array.from({ length: sent.length - kept }, () => 413),
  ]);
  const folders = new Set(processes.map(({ dataDirectory }) => join(dataDirectory, "uploads")));
  assert.equal([...folders].flatMap((folder) => readdirSync(folder)).length, kept);
}

/** A note with the largest file that is taken. */
const FULL_FILE: Uint8Array<ArrayBuffer> = Buffer.concat([
  Buffer.from('--xyz\r\nContent-Disposition: form-data; name="title"\r\n\r\nfull\r\n'),
  Buffer.from('--xyz\r\nContent-Disposition: form-data; name="body"\r\n\r\n\r\n'),
  Buffer.from('--xyz\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'),
  Buffer.from("\x89PNG\r\n\x1a\n".padEnd(MAX_FILE_BYTES, "x"), "latin1"),
  Buffer.from("\r\n--xyz--\r\n"),
]);

async function open(t: TestContext): Promise<Storage> {
  const settings = {
    DATA_DIR: scratchFolder(t),
    DATABASE_URL: databaseUrl(),
    APP_SECRETS: "q5Zr0m2Xc8vYH1tKfLw7BnJ3dPsEuGiA9oRyTxMzQk4",
  };
  return openStorage(readConfig("", settings), createLogger("silent"));
}

test("the last free place for a note is taken once, by whichever process", async (t) => {
  const stores = await Promise.all([open(t), open(t)]);
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

test("writes of an account that have to wait leave the connections to everybody else", async (t) => {
  const [elsewhere, here] = await Promise.all([open(t), open(t)]);
  t.after(() => Promise.all([elsewhere.close(), here.close()]).then(() => undefined));
  await createUsers(here.db).add("waiting@example.com", "hash");
  const ownerId = (await createUsers(here.db).byEmail("waiting@example.com"))?.id ?? "";
  const [notes, attachments] = [createNotes(here.db), createAttachments(here.db)];
  const noteId = (await notes.add(ownerId, { title: "t", body: "" })) ?? "";
  const held = await elsewhere.db.startTransaction().execute();
  await held.updateTable("users").set({ role: "user" }).where("id", "=", ownerId).execute();
  const waiting = Array.from({ length: 16 }, (_, at) =>
    at % 2 === 0 ? notes.add(ownerId, { title: "t", body: "" }) : attachments.add(ownerId, noteId, []),
  );
  await sleep(50);
  const another = await createUsers(here.db)
    .byEmail("nobody@example.com")
    .then(() => "answered", String);
  await held.commit().execute();
  assert.equal(another, "answered");
  assert.ok(!(await Promise.all(waiting)).includes(false));
});

test("a connection that is cut while a request has it fails that request, and nothing else", async (t) => {
  const { db, close } = await open(t);
  t.after(close);
  await assert.rejects(useConnectionThatIsCut(db));
  assert.equal(await createUsers(db).byEmail("nobody@example.com"), undefined);
});

test("a change of the password wins once, and a taken address changes nothing", async (t) => {
  const { db, close } = await open(t);
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

const LOGIN = {
  method: "POST",
  headers: { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" },
  body: "email=ann%40example.com&password=correct+horse+battery",
};

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
    // Who has no session yet needs no Redis to be told that the password is wrong.
    const login = await visitor.visit("/login", LOGIN);
    const isAway = store === postgres;
    assert.deepEqual([login.status, login.headers.has("retry-after")], [isAway ? 503 : 422, isAway]);
    await store.start();
    await t.waitFor(async () => assert.equal(await statusOf("/readyz"), 200), PATIENCE);
  }
  await useSkeleton(server.origin);
});
