import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { IS_ROOT } from "../privileges/root.ts";
import { scratchFolder } from "../support/scratch.ts";
import { assertStartRefused } from "./refused-start.ts";

const UNPRIVILEGED = IS_ROOT ? ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : [];

type Prepare = (folder: string) => string;

const rows: readonly [name: string, prepare: Prepare][] = [
  ["a file that is no database", (folder) => write(folder, Buffer.from("hello ".repeat(1000)))],
  ["a database whose header was overwritten", (folder) => damage(folder, 0, 100)],
  ["a database whose tables were overwritten", (folder) => damage(folder, 100, 3000)],
  ["a database cut in the middle", (folder) => cut(folder)],
  ["a folder where the database should be", (folder) => folder],
  [
    "a database in a folder that is not there",
    (folder) => join(folder, "missing", "data", "sessions.sqlite"),
  ],
  ["a read-only database", (folder) => readOnly(folder, 0o444, 0o555)],
  ["a database it may not read", (folder) => readOnly(folder, 0o000, 0o555)],
];

for (const [name, prepare] of rows) {
  test(`refuses to start with ${name} as its session store`, async (t) => {
    const folder = scratchFolder(t);
    chmodSync(folder, 0o777);
    await assertStartRefused({ sqliteFile: prepare(folder) }, ["SESSION_STORE_UNUSABLE", "OPTION_TYPE"], {
      wrapper: UNPRIVILEGED,
    });
  });
}

function write(folder: string, bytes: Uint8Array): string {
  const file = join(folder, "sessions.sqlite");
  writeFileSync(file, bytes);
  chmodSync(file, 0o666);
  return file;
}

/** A real database of some pages. */
function database(folder: string): Buffer {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE sessions (key TEXT PRIMARY KEY, record TEXT) STRICT");
  const insert = db.prepare("INSERT INTO sessions VALUES (?, ?)");
  for (let n = 0; n < 500; n += 1) insert.run(`key ${n}`, "record ".repeat(20));
  const file = join(folder, "original.sqlite");
  db.exec(`VACUUM INTO '${file}'`);
  db.close();
  return readFileSync(file);
}

function damage(folder: string, from: number, to: number): string {
  const bytes = database(folder);
  bytes.fill(0x5a, from, to);
  return write(folder, bytes);
}

function cut(folder: string): string {
  const bytes = database(folder);
  return write(folder, bytes.subarray(0, Math.floor(bytes.length / 2) + 100));
}

function readOnly(folder: string, fileMode: number, folderMode: number): string {
  const inner = join(folder, "inner");
  mkdirSync(inner);
  const file = write(inner, new Uint8Array());
  chmodSync(file, fileMode);
  chmodSync(inner, folderMode);
  return file;
}
