import { DatabaseSync, type StatementSync } from "node:sqlite";
import { ConfigError } from "../errors/config-error.ts";
import { readInteger, readOptions, readString } from "../internal/options.ts";
import type { SessionRecord } from "./record.ts";
import { SqliteCache } from "./sqlite-cache.ts";
import type { SessionStore, StoredSession, WriteOutcome } from "./store.ts";

export interface SqliteStoreOptions {
  /** The database file; made if missing. Its folder must exist. `":memory:"` is for tests. */
  readonly file: string;
  /** How long to wait for another process that is writing. @default 250 */
  readonly busyTimeoutMs?: number;
}

const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS hauberk_sessions (
    key TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    idle_expires_at_ms INTEGER NOT NULL,
    absolute_expires_at_ms INTEGER NOT NULL,
    user_id TEXT,
    user_epoch INTEGER NOT NULL,
    handle TEXT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    data TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS hauberk_sessions_by_user ON hauberk_sessions (user_id) WHERE user_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS hauberk_sessions_by_expiry ON hauberk_sessions (idle_expires_at_ms);
  CREATE TABLE IF NOT EXISTS hauberk_user_epochs (
    user_id TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** What `get` finds: the rows whose user has no later epoch. */
const CURRENT =
  "user_epoch >= coalesce((SELECT epoch FROM hauberk_user_epochs AS e WHERE e.user_id = s.user_id), 0)";

/** Larger files are not read through at start: that would take longer than a start may. */
const QUICK_CHECK_LIMIT_PAGES = 16_384;

interface Row {
  readonly key: string;
  readonly version: number;
  readonly created_at_ms: number;
  readonly idle_expires_at_ms: number;
  readonly absolute_expires_at_ms: number;
  readonly user_id: string | null;
  readonly user_epoch: number;
  readonly handle: string;
  readonly address: string;
  readonly user_agent: string;
  readonly data: string;
}

/**
 * Keeps sessions in an SQLite file, through Node's own `node:sqlite`: they survive a restart, several processes on one
 * machine may share the file, and there is nothing to install.
 *
 * @throws {ConfigError} `SESSION_STORE_UNUSABLE` when the file cannot be opened, is no database, is damaged or read-only
 * @see https://www.sqlite.org/wal.html
 * @example hauberk(app, { ..., session: { store: sqliteStore({ file: "data/sessions.sqlite" }) } });
 */
export function sqliteStore(options: SqliteStoreOptions): SessionStore {
  const call = "sqliteStore()";
  const known = readOptions(options, ["file", "busyTimeoutMs"], { call });
  const file = readString(known["file"], { call, path: "file" });
  const timeout = readInteger(
    known["busyTimeoutMs"],
    { min: 0, max: 5000, fallback: 250 },
    { call, path: "busyTimeoutMs" },
  );
  return openStore(file, timeout);
}

function openStore(file: string, timeout: number): SessionStore {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF");
    assertUndamaged(database);
    assertNotNewer(database);
    database.exec(SCHEMA);
    // A read-only file opens and reads well; only a write tells.
    database.exec("BEGIN IMMEDIATE; DELETE FROM hauberk_sessions WHERE key = ''; COMMIT");
    return new SqliteStore(database);
  } catch (cause) {
    database?.close();
    throw unusable(file, cause);
  }
}

function assertUndamaged(database: DatabaseSync): void {
  const pages = database.prepare("PRAGMA page_count").get()?.["page_count"];
  if (typeof pages === "number" && pages > QUICK_CHECK_LIMIT_PAGES) return;
  const result = database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
  if (result !== "ok") throw new Error(`the file is damaged: ${String(result)}`);
}

/** A later version may have given the columns another meaning. */
function assertNotNewer(database: DatabaseSync): void {
  const found = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (!(found <= SCHEMA_VERSION))
    throw new Error(`the file was made by a newer version of hauberk (${found})`);
}

function unusable(file: string, cause: unknown): ConfigError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ConfigError(
    "SESSION_STORE_UNUSABLE",
    {
      what: `sqliteStore(): the database ${JSON.stringify(file)} cannot be used: ${reason}.`,
      why: "without it nobody could log in or stay logged in; a damaged file could mix up sessions.",
      fix: "check that the folder exists and that this user may write it; move a damaged file away, and a new one is made (everybody logs in again).",
    },
    { cause },
  );
}

class SqliteStore implements SessionStore {
  readonly #database: DatabaseSync;
  readonly #cache: SqliteCache;
  readonly #get: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #touch: StatementSync;
  readonly #destroy: StatementSync;
  readonly #listByUser: StatementSync;
  readonly #destroyByUser: StatementSync;
  readonly #epochOf: StatementSync;
  readonly #endEpoch: StatementSync;
  readonly #sweep: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#cache = new SqliteCache(database);
    this.#get = database.prepare(`SELECT * FROM hauberk_sessions AS s WHERE key = ? AND ${CURRENT}`);
    this.#insert = database.prepare("INSERT INTO hauberk_sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#update = database.prepare(
      `UPDATE hauberk_sessions AS s SET version = ?, created_at_ms = ?, idle_expires_at_ms = ?, absolute_expires_at_ms = ?,
       user_id = ?, user_epoch = ?, handle = ?, address = ?, user_agent = ?, data = ?
       WHERE key = ? AND version = ? AND ${CURRENT}`,
    );
    this.#touch = database.prepare(
      "UPDATE hauberk_sessions SET idle_expires_at_ms = ? WHERE key = ? AND version > 0",
    );
    this.#destroy = database.prepare("DELETE FROM hauberk_sessions WHERE key = ? RETURNING *");
    this.#listByUser = database.prepare(
      `SELECT * FROM hauberk_sessions AS s WHERE user_id = ? AND ${CURRENT}`,
    );
    this.#destroyByUser = database.prepare(
      `DELETE FROM hauberk_sessions AS s WHERE user_id = ? AND key IS NOT ? AND ${CURRENT}`,
    );
    this.#epochOf = database.prepare("SELECT epoch FROM hauberk_user_epochs WHERE user_id = ?");
    this.#endEpoch = database.prepare(
      `INSERT INTO hauberk_user_epochs VALUES (?, ?)
       ON CONFLICT (user_id) DO UPDATE SET epoch = max(excluded.epoch, epoch + 1)`,
    );
    this.#sweep = database.prepare(
      "DELETE FROM hauberk_sessions WHERE key IN (SELECT key FROM hauberk_sessions WHERE idle_expires_at_ms <= ? LIMIT ?)",
    );
  }

  get(key: string): SessionRecord | undefined {
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const row = this.#get.get(key);
    if (row === undefined) return undefined;
    const record = toRecord(row as unknown as Row);
    this.#cache.keep(key, record);
    return record;
  }

  insert(key: string, record: SessionRecord): void {
    this.#insert.run(key, ...columns(record));
  }

  update(key: string, record: SessionRecord, expectedVersion: number): WriteOutcome {
    this.#cache.forget(key);
    if (this.#update.run(...columns(record), key, expectedVersion).changes === 1) return "saved";
    return this.#get.get(key) === undefined ? "gone" : "conflict";
  }

  replace(
    oldKey: string,
    newKey: string,
    record: SessionRecord,
    expectedVersion: number,
    mark: SessionRecord,
  ): WriteOutcome {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const outcome = this.update(oldKey, mark, expectedVersion);
      if (outcome === "saved") this.insert(newKey, record);
      this.#database.exec("COMMIT");
      return outcome;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  touch(key: string, idleExpiresAtMs: number): void {
    this.#cache.forget(key);
    this.#touch.run(idleExpiresAtMs, key);
  }

  destroy(key: string): SessionRecord | undefined {
    this.#cache.forget(key);
    const row = this.#destroy.get(key);
    return row === undefined ? undefined : toRecord(row as unknown as Row);
  }

  listByUser(userId: string): readonly StoredSession[] {
    return this.#listByUser.all(userId).map((row) => {
      const typed = row as unknown as Row;
      return { key: typed.key, record: toRecord(typed) };
    });
  }

  destroyByUser(userId: string, exceptKey: string | undefined): number {
    this.#cache.forgetAll();
    return Number(this.#destroyByUser.run(userId, exceptKey ?? null).changes);
  }

  epochOf(userId: string): number {
    return Number(this.#epochOf.get(userId)?.["epoch"] ?? 0);
  }

  endEpoch(userId: string, nowMs: number): void {
    this.#cache.forgetAll();
    this.#endEpoch.run(userId, nowMs);
  }

  sweep(nowMs: number, limit: number): number {
    const swept = Number(this.#sweep.run(nowMs, limit).changes);
    if (swept > 0) this.#cache.forgetAll();
    return swept;
  }

  close(): void {
    this.#database.close();
  }
}

/** The columns after the key, in the table's order. */
function columns(record: SessionRecord): (string | number | null)[] {
  return [
    record.version,
    record.createdAtMs,
    record.idleExpiresAtMs,
    record.absoluteExpiresAtMs,
    record.userId ?? null,
    record.userEpoch,
    record.handle,
    record.startedFrom.address,
    record.startedFrom.userAgent,
    record.data,
  ];
}

function toRecord(row: Row): SessionRecord {
  return {
    version: row.version,
    createdAtMs: row.created_at_ms,
    idleExpiresAtMs: row.idle_expires_at_ms,
    absoluteExpiresAtMs: row.absolute_expires_at_ms,
    userId: row.user_id ?? undefined,
    userEpoch: row.user_epoch,
    handle: row.handle,
    startedFrom: { address: row.address, userAgent: row.user_agent },
    data: row.data,
  };
}
