import type { DatabaseSync, StatementSync } from "node:sqlite";
import { readInteger, readOptions, readString } from "../internal/options.ts";
import { openSqlite } from "../internal/sqlite.ts";
import type { SessionRecord } from "./record.ts";
import { indexedColumns, keyColumns, toRecord, unindexedColumns, type Row } from "./sqlite-rows.ts";
import { PAGE_BYTES, prepareDatabase } from "./sqlite-schema.ts";
import { SQL } from "./sqlite-sql.ts";
import { latestLeaseMs, type SessionStore, type StoredSession, type WriteOutcome } from "./store.ts";

export interface SqliteStoreOptions {
  /** The database file; made if missing, for this user alone, and so is its folder. `":memory:"` is for tests. */
  readonly file: string;
  /** How long to wait for another process that is writing. @default 250 */
  readonly busyTimeoutMs?: number;
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
  const busyTimeoutMs = readInteger(
    known["busyTimeoutMs"],
    { min: 0, max: 5000, fallback: 250 },
    { call, path: "busyTimeoutMs" },
  );
  const place = { call, code: "SESSION_STORE_UNUSABLE", file, busyTimeoutMs, pageBytes: PAGE_BYTES } as const;
  const why = "without it nobody could log in or stay logged in; a damaged file could mix up sessions.";
  const fix =
    "check that the folder can be made and that this user may write it; move a damaged file away, and a new one is made (everybody logs in again).";
  return openSqlite({ ...place, why, fix }, (database) => {
    prepareDatabase(database);
    return new SqliteStore(database);
  });
}

type Statements = Readonly<Record<keyof typeof SQL, StatementSync>>;

function prepareAll(database: DatabaseSync): Statements {
  const entries = Object.entries(SQL).map(([name, sql]) => {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return [name, statement];
  });
  return Object.fromEntries(entries) as Statements;
}

class SqliteStore implements SessionStore {
  readonly #database: DatabaseSync;
  readonly #run: Statements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#run = prepareAll(database);
  }

  get(key: string): SessionRecord | undefined {
    return recordOf(this.#run.get.get(...keyColumns(key)));
  }

  insert(key: string, record: SessionRecord): void {
    this.#run.insert.run(...unindexedColumns(record), ...indexedColumns(record), ...keyColumns(key));
  }

  update(key: string, record: SessionRecord, expectedVersion: number): WriteOutcome {
    const { userId = null } = record;
    const values = unindexedColumns(record);
    const { changes } = this.#run.update.run(...values, ...keyColumns(key), expectedVersion, userId);
    return changes === 1 ? "saved" : this.#overwrite(key, record, expectedVersion);
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
      const outcome = this.#overwrite(oldKey, mark, expectedVersion);
      if (outcome === "saved") this.insert(newKey, record);
      this.#database.exec("COMMIT");
      return outcome;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  touch(key: string, idleExpiresAtMs: number): void {
    this.#run.touch.run(idleExpiresAtMs, ...keyColumns(key));
  }

  destroy(key: string): SessionRecord | undefined {
    return recordOf(this.#run.destroy.get(...keyColumns(key)));
  }

  listByUser(userId: string): readonly StoredSession[] {
    return this.#run.listByUser.all(userId).map((row) => {
      const typed = row as unknown as readonly [...Row, key: string];
      return { key: typed[10], record: toRecord(typed as unknown as Row) };
    });
  }

  destroyByUser(userId: string, exceptKey: string | undefined): number {
    const except = exceptKey === undefined ? ([null, null] as const) : keyColumns(exceptKey);
    return Number(this.#run.destroyByUser.run(userId, ...except).changes);
  }

  epochOf(userId: string): number {
    const row = this.#run.epochOf.get(userId) as readonly [number] | undefined;
    return row?.[0] ?? 0;
  }

  endEpoch(userId: string, nowMs: number): void {
    this.#run.endEpoch.run(userId, nowMs);
  }

  sweep(nowMs: number, limit: number): number {
    const swept = Number(this.#run.sweep.run(nowMs, limit, nowMs).changes);
    const postponed = Number(this.#run.postpone.run(nowMs, limit, nowMs).changes);
    return Math.min(swept + postponed, limit);
  }

  claimSweep(holder: string, nowMs: number, untilMs: number): boolean {
    return this.#run.claimSweep.run(holder, untilMs, nowMs, latestLeaseMs(nowMs)).changes === 1;
  }

  close(): void {
    this.#database.close();
  }

  #overwrite(key: string, record: SessionRecord, expectedVersion: number): WriteOutcome {
    const values = [...unindexedColumns(record), ...indexedColumns(record)];
    if (this.#run.overwrite.run(...values, ...keyColumns(key), expectedVersion).changes === 1) return "saved";
    return this.get(key) === undefined ? "gone" : "conflict";
  }
}

function recordOf(row: unknown): SessionRecord | undefined {
  return row === undefined ? undefined : toRecord(row as Row);
}
