import assert from "node:assert/strict";
import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { sessionStoreConformance } from "./conformance.ts";
import { keyOf } from "./id.ts";
import { markOf } from "./record.ts";
import { sqliteStore } from "./sqlite.ts";
import { sampleRecord } from "../../test/session/record.ts";

const folder = mkdtempSync(join(tmpdir(), "hauberk-sqlite-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const [KEY, KEY_2] = [keyOf("k"), keyOf("k2")] as const;

const shared = join(folder, "shared.sqlite");
sessionStoreConformance("sqlite", {
  open: () => sqliteStore({ file: shared }),
  openAnother: () => sqliteStore({ file: shared }),
});

test("keeps sessions over a restart", () => {
  const file = join(folder, "restart.sqlite");
  const first = sqliteStore({ file });
  const record = sampleRecord({ userId: "u" });
  void first.insert(KEY, record);
  void first.close?.();
  const second = sqliteStore({ file });
  assert.deepEqual(second.get(KEY), record);
  void second.close?.();
});

test("makes a new file, and its folder, readable by nobody else", () => {
  const data = join(folder, "data");
  const store = sqliteStore({ file: join(data, "sessions.sqlite") });
  void store.insert(KEY, sampleRecord({ userId: "u" }));
  assert.equal(statSync(data).mode & 0o777, 0o700);
  for (const name of ["sessions.sqlite", "sessions.sqlite-wal", "sessions.sqlite-shm"])
    assert.equal(statSync(join(data, name)).mode & 0o777, 0o600, name);
  void store.close?.();
});

test("leaves a file that is there with the mode it was given", () => {
  const file = join(folder, "of-a-group.sqlite");
  writeFileSync(file, "");
  chmodSync(file, 0o660);
  void sqliteStore({ file }).close?.();
  assert.equal(statSync(file).mode & 0o777, 0o660);
});

test("makes no folder in a folder that is not there either: the path is likely misspelt", () => {
  const file = join(folder, "no", "such", "sessions.sqlite");
  assert.throws(() => sqliteStore({ file }), { code: "SESSION_STORE_UNUSABLE" });
});

/** The tables as files of before had them: keys as text, no sweeper's column. */
const VERSION_1 = `
  CREATE TABLE hauberk_sessions (key TEXT PRIMARY KEY, version INTEGER NOT NULL, created_at_ms INTEGER NOT NULL,
    idle_expires_at_ms INTEGER NOT NULL, absolute_expires_at_ms INTEGER NOT NULL, user_id TEXT, user_epoch INTEGER NOT NULL,
    handle TEXT NOT NULL, address TEXT NOT NULL, user_agent TEXT NOT NULL, data TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX hauberk_sessions_by_user ON hauberk_sessions (user_id) WHERE user_id IS NOT NULL;
  CREATE INDEX hauberk_sessions_by_expiry ON hauberk_sessions (idle_expires_at_ms);
  CREATE TABLE hauberk_user_epochs (user_id TEXT PRIMARY KEY, epoch INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA user_version = 1`;

/** And then keys as bytes, with an index of their own. */
const VERSION_2 = `
  CREATE TABLE hauberk_sessions (key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, created_at_ms INTEGER NOT NULL,
    idle_expires_at_ms INTEGER NOT NULL, absolute_expires_at_ms INTEGER NOT NULL, user_id TEXT, user_epoch INTEGER NOT NULL,
    handle TEXT NOT NULL, address TEXT NOT NULL, user_agent TEXT NOT NULL, data TEXT NOT NULL, sweep_at_ms INTEGER NOT NULL DEFAULT 0)
    STRICT;
  CREATE INDEX hauberk_sessions_by_user ON hauberk_sessions (user_id) WHERE user_id IS NOT NULL;
  CREATE INDEX hauberk_sessions_by_sweep ON hauberk_sessions (sweep_at_ms);
  CREATE TABLE hauberk_user_epochs (user_id TEXT PRIMARY KEY, epoch INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE hauberk_leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA user_version = 2`;

/** And then the first 64 bits as the row's number, and all of the key beside it. */
const VERSION_3 = VERSION_2.replace(
  "key BLOB NOT NULL UNIQUE",
  "id INTEGER PRIMARY KEY, key BLOB NOT NULL",
).replace("user_version = 2", "user_version = 3");

for (const [version, schema, columns, key] of [
  [1, VERSION_1, "key", "?1"],
  [2, VERSION_2, "key", "unhex(?1)"],
  [3, VERSION_3, "id, key", "row_id(?1), unhex(?1)"],
] as const) {
  test(`keeps the sessions, and the ended epochs, of a file of version ${version}`, () => {
    const file = join(folder, `version-${version}.sqlite`);
    const database = new DatabaseSync(file);
    database.function("row_id", (hex) => Buffer.from(String(hex), "hex").readBigInt64BE());
    database.exec(schema);
    const insert =
      database.prepare(`INSERT INTO hauberk_sessions (${columns}, version, created_at_ms, idle_expires_at_ms,
      absolute_expires_at_ms, user_id, user_epoch, handle, address, user_agent, data) VALUES (${key}, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    const record = sampleRecord({ userId: "u", userEpoch: 7 });
    const { createdAtMs, idleExpiresAtMs, absoluteExpiresAtMs, handle, data } = record;
    const times = [createdAtMs, idleExpiresAtMs, absoluteExpiresAtMs];
    for (const [stored, userEpoch] of [
      [KEY, 7],
      [KEY_2, 6],
    ] as const)
      insert.run(stored, ...times, "u", userEpoch, handle, record.startedFrom.address, "test", data);
    database.exec("INSERT INTO hauberk_user_epochs VALUES ('u', 7)");
    database.close();
    const store = sqliteStore({ file });
    assert.deepEqual(store.get(KEY), record);
    assert.equal(store.get(KEY_2), undefined);
    assert.deepEqual(store.listByUser("u"), [{ key: KEY, record }]);
    assert.equal(store.sweep(Date.now(), 10), 2);
    assert.deepEqual(store.get(KEY), record);
    void store.close?.();
    void sqliteStore({ file }).close?.();
  });
}

function pageBytes(file: string): unknown {
  void sqliteStore({ file }).close?.();
  const database = new DatabaseSync(file);
  const row = database.prepare("PRAGMA page_size").get();
  database.close();
  return row?.["page_size"];
}

test("makes new files of larger pages, and takes those of before as they are", () => {
  const older = join(folder, "older-pages.sqlite");
  const database = new DatabaseSync(older);
  database.exec(VERSION_3);
  database.close();
  assert.equal(pageBytes(older), 4096);
  assert.equal(pageBytes(join(folder, "new-pages.sqlite")), 8192);
});

test("lists the keys it was given, also those whose first bit is set", async () => {
  const store = sqliteStore({ file: ":memory:" });
  const keys = ["7f", "80", "ff", "00"].map((byte) => byte + KEY.slice(2));
  for (const key of keys) void store.insert(key, sampleRecord({ userId: "u" }));
  const listed = (await store.listByUser("u")).map(({ key }) => key);
  assert.deepEqual(listed.toSorted(), keys.toSorted());
  void store.close?.();
});

test("takes no key for another one that begins with the same 64 bits", async () => {
  const store = sqliteStore({ file: ":memory:" });
  const alike = `${KEY.slice(0, 16)}${"0".repeat(48)}`;
  const record = sampleRecord({ userId: "u" });
  const changed = sampleRecord({ version: 2, data: '{"mine":true}', userId: "u" });
  void store.insert(KEY, record);
  assert.equal(store.get(alike), undefined);
  assert.equal(store.update(alike, changed, 1), "gone");
  assert.equal(store.replace(alike, KEY_2, changed, 1, markOf(KEY_2, "rotated", 1)), "gone");
  void store.touch(alike, 5);
  assert.equal(store.destroy(alike), undefined);
  assert.equal(await store.destroyByUser("u", KEY), 0);
  // Neither starts: the visitor gets a 503, and another id with the next request.
  assert.throws(() => store.insert(alike, changed), /UNIQUE/);
  void store.insert(KEY_2, record);
  assert.throws(() => store.replace(KEY_2, alike, changed, 1, markOf(alike, "rotated", 1)), /UNIQUE/);
  assert.deepEqual(store.get(KEY), record);
  assert.deepEqual(store.get(KEY_2), record);
  assert.equal(await store.destroyByUser("u", alike), 2);
  void store.close?.();
});

/** A file that was fine and then had something done to it. */
function madeAnd(name: string, damage: (file: string) => void): string {
  const file = join(folder, name);
  const store = sqliteStore({ file });
  for (let index = 0; index < 200; index++)
    void store.insert(keyOf(`k${index}`), sampleRecord({ data: `{"a":"${"x".repeat(500)}"}` }));
  void store.close?.();
  damage(file);
  return file;
}

function overwrite(file: string, at: number, bytes: number): void {
  const content = readFileSync(file);
  content.fill(0xa5, at, at + bytes);
  writeFileSync(file, content);
}

const unusable: readonly [string, () => string][] = [
  [
    "a text file",
    () => madeAnd("text.sqlite", (file) => writeFileSync(file, "not a database, but long enough".repeat(99))),
  ],
  ["a file with its header overwritten", () => madeAnd("header.sqlite", (file) => overwrite(file, 0, 100))],
  [
    "a file overwritten in the middle",
    () => madeAnd("middle.sqlite", (file) => overwrite(file, 8192, 40_000)),
  ],
  [
    "a file cut in half",
    () =>
      madeAnd("half.sqlite", (file) =>
        writeFileSync(file, readFileSync(file).subarray(0, statSync(file).size / 2)),
      ),
  ],
  ["a folder", () => folder],
  ["a file in a folder that is not there", () => join(folder, "missing", "data", "a.sqlite")],
  [
    "a file of a newer version",
    () =>
      madeAnd("newer.sqlite", (file) => {
        const database = new DatabaseSync(file);
        database.exec("PRAGMA user_version = 5");
        database.close();
      }),
  ],
  [
    "a file another program keeps locked",
    () =>
      madeAnd("locked.sqlite", (file) => {
        const database = new DatabaseSync(file);
        database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
        after(() => database.close());
      }),
  ],
  [
    "a table with other columns",
    () => {
      const file = join(folder, "columns.sqlite");
      const database = new DatabaseSync(file);
      database.exec(
        "CREATE TABLE hauberk_sessions (key TEXT PRIMARY KEY, user_id TEXT, idle_expires_at_ms INTEGER)",
      );
      database.close();
      return file;
    },
  ],
];
for (const [name, make] of unusable) {
  test(`refuses to start on ${name}`, () => {
    const file = make();
    assert.throws(() => sqliteStore({ file }), { code: "SESSION_STORE_UNUSABLE" });
  });
}

test("refuses to start on a read-only file", () => {
  const file = madeAnd("readonly.sqlite", (made) => chmodSync(made, 0o444));
  chmodSync(folder, 0o755);
  const script = `import { sqliteStore } from ${JSON.stringify(new URL("sqlite.ts", import.meta.url).href)};
    try { sqliteStore({ file: ${JSON.stringify(file)} }); } catch (error) { process.stdout.write(String(error.code)); }`;
  // Root may write anything, so it is tried as somebody else.
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const run = spawnSync(process.execPath, ["--conditions=source", "--input-type=module", "-e", script], user);
  assert.equal(run.stdout.toString(), "SESSION_STORE_UNUSABLE", run.stderr.toString());
});

for (const [name, options, code] of [
  ["no file", {}, "OPTION_TYPE"],
  ["an empty file name", { file: "" }, "OPTION_TYPE"],
  ["a wait without an end", { file: ":memory:", busyTimeoutMs: 1e9 }, "OPTION_RANGE"],
  ["a misspelt option", { file: ":memory:", path: "x" }, "OPTION_UNKNOWN"],
] as const) {
  test(`refuses ${name}`, () => {
    assert.throws(() => sqliteStore(options as { file: string }), { code });
  });
}

test("sees at once what anybody has committed", async () => {
  const file = join(folder, "two-clients.sqlite");
  const mine = sqliteStore({ file });
  const theirs = sqliteStore({ file });
  const changes: readonly [string, () => unknown][] = [
    ["a logout", () => theirs.destroy(KEY)],
    ["an update", () => theirs.update(KEY, sampleRecord({ version: 2, data: '{"n":2}', userId: "u" }), 1)],
    ["a touch", () => theirs.touch(KEY, 5)],
    ["the end of an epoch", () => theirs.endEpoch("u", Date.now())],
    ["a logout of everything", () => theirs.destroyByUser("u", undefined)],
    ["its own logout", () => mine.destroy(KEY)],
    ["its own update", () => mine.update(KEY, sampleRecord({ version: 2, data: '{"n":2}', userId: "u" }), 1)],
    ["its own touch", () => mine.touch(KEY, 5)],
    ["its own end of an epoch", () => mine.endEpoch("u", Date.now())],
    ["its own logout of everything", () => mine.destroyByUser("u", undefined)],
    ["its own sweep", () => mine.sweep(Number.MAX_SAFE_INTEGER, 10)],
    [
      "a move of its own",
      () => mine.replace(KEY, KEY_2, sampleRecord({ version: 2 }), 1, markOf(KEY_2, "rotated", 1)),
    ],
  ];
  for (const [name, change] of changes) {
    for (const key of [KEY, KEY_2]) void mine.destroy(key);
    const record = sampleRecord({ userId: "u", userEpoch: Number(mine.epochOf("u")) });
    void mine.insert(KEY, record);
    assert.deepEqual(mine.get(KEY), record);
    assert.deepEqual(mine.get(KEY), record);
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await change();
    assert.deepEqual(mine.get(KEY), theirs.get(KEY), name);
    assert.notDeepEqual(mine.get(KEY), record, name);
  }
  void mine.close?.();
  void theirs.close?.();
});

test("loses no write of four processes on one file", async () => {
  const file = join(folder, "processes.sqlite");
  const store = sqliteStore({ file });
  void store.insert(KEY, sampleRecord({ data: '{"n":0}' }));
  const script = new URL("../../test/session/sqlite-writer.ts", import.meta.url);
  const children = Array.from({ length: 4 }, () => fork(script, [file, KEY, "50"]));
  const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0] as number));
  assert.deepEqual(codes, [0, 0, 0, 0]);
  const saved = await store.get(KEY);
  assert.equal(saved?.data, '{"n":200}');
  assert.equal(saved?.version, 201);
  void store.close?.();
});
