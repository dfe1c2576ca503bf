import type { DatabaseSync } from "node:sqlite";
import { cacheKibOf, thisMachine } from "./sqlite-cache.ts";
import { rowId } from "./sqlite-rows.ts";

const SCHEMA_VERSION = 4;

/**
 * Of a new file; one that is there keeps its own. Twice what SQLite takes: of a million sessions half as many pages are kept,
 * and more of what SQLite notes about each fits into the processor's caches. See docs/decisions/0236.
 */
export const PAGE_BYTES = 8192;

/**
 * `id` is the first 64 bits of the key and `key_rest` the others: the table is the index of its keys. Rows of a few hundred
 * bytes belong in a table with a rowid: in one without, the inner pages of the tree hold whole rows, and a million sessions are
 * six levels deep. `sweep_at_ms` is when the sweeper looks at the row: a write that only moves
 * the idle time touches no index. See docs/decisions/0040.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS hauberk_sessions (
    id INTEGER PRIMARY KEY,
    key_rest BLOB NOT NULL,
    version INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    idle_expires_at_ms INTEGER NOT NULL,
    absolute_expires_at_ms INTEGER NOT NULL,
    user_id TEXT,
    user_epoch INTEGER NOT NULL,
    handle TEXT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    data TEXT NOT NULL,
    sweep_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS hauberk_sessions_by_user ON hauberk_sessions (user_id) WHERE user_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS hauberk_sessions_by_sweep ON hauberk_sessions (sweep_at_ms);
  CREATE TABLE IF NOT EXISTS hauberk_user_epochs (
    user_id TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS hauberk_leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** Files of version 3 have all of the key beside its first 64 bits. */
const FROM_3 = `
  ALTER TABLE hauberk_sessions RENAME COLUMN key TO key_rest;
  UPDATE hauberk_sessions SET key_rest = substr(key_rest, 9);
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * The sessions of an older file stay: nobody is logged out by an update. Files of version 1 have their keys as text. Of two whose keys
 * begin alike, which nobody will live to see, the second has to log in again.
 */
function fromOlder(key: "key" | "unhex(key)"): string {
  return `
    DROP INDEX hauberk_sessions_by_user;
    DROP INDEX IF EXISTS hauberk_sessions_by_expiry;
    DROP INDEX IF EXISTS hauberk_sessions_by_sweep;
    ALTER TABLE hauberk_sessions RENAME TO hauberk_sessions_older;
    ${SCHEMA}
    INSERT OR IGNORE INTO hauberk_sessions SELECT row_id(${key}), substr(${key}, 9), version, created_at_ms, idle_expires_at_ms,
      absolute_expires_at_ms, user_id, user_epoch, handle, address, user_agent, data, 0 FROM hauberk_sessions_older;
    DROP TABLE hauberk_sessions_older;
  `;
}

/** Larger files are not read through at start: that would take longer than a start may. */
const QUICK_CHECK_LIMIT_BYTES = 67_108_864;

/** Sessions in use lie on pages far apart: four times as many commits before a checkpoint write each page back once. */
const CHECKPOINT_PAGES = 4000;

/**
 * Makes the file ready for a store; several processes may do so at the same time.
 *
 * @throws {Error} when the file is damaged, read-only, or was made by a newer version
 */
export function prepareDatabase(database: DatabaseSync): void {
  // Not `mmap_size`: a disk that fails under a mapped file ends the process with SIGBUS, and no answer is a 503 any more.
  database.exec(
    `PRAGMA cache_size = -${cacheKibOf(thisMachine())}; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
  );
  assertUndamaged(database);
  // A read-only file opens and reads well; only a write tells.
  database.exec("BEGIN IMMEDIATE");
  const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  // A later version may have given the columns another meaning.
  if (!(version <= SCHEMA_VERSION))
    throw new Error(`the file was made by a newer version of hauberk (${version})`);
  if (version === 1 || version === 2) {
    database.function("row_id", (key) => rowId(key as Uint8Array));
    database.exec(fromOlder(version === 1 ? "unhex(key)" : "key"));
  } else database.exec(version === 3 ? FROM_3 : SCHEMA);
  database.exec("DELETE FROM hauberk_sessions WHERE id = 0 AND key_rest = x''; COMMIT");
}

function assertUndamaged(database: DatabaseSync): void {
  const pages = Number(database.prepare("PRAGMA page_count").get()?.["page_count"]);
  const pageBytes = Number(database.prepare("PRAGMA page_size").get()?.["page_size"]);
  if (pages * pageBytes > QUICK_CHECK_LIMIT_BYTES) return;
  const result = database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
  if (result !== "ok") throw new Error(`the file is damaged: ${String(result)}`);
}
