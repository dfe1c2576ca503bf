import type { DatabaseSync, StatementSync } from "node:sqlite";
import { readInteger, readOptions, readString } from "../internal/options.ts";
import { openSqlite } from "../internal/sqlite.ts";
import type { GcraResult } from "./gcra.ts";
import { decideCharges, type Charge, type LimitStore } from "./store.ts";

export interface SqliteLimitStoreOptions {
  /** The database file; made if missing, for this user alone, and so is its folder. May be the sessions' own. */
  readonly file: string;
  /** How long to wait for another process that is writing. @default 250 */
  readonly busyTimeoutMs?: number;
  /** Beyond this many keys those nearest to being fresh again are forgotten. @default 1_000_000 */
  readonly maxKeys?: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS hauberk_limits (key TEXT PRIMARY KEY, tat_ms REAL NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS hauberk_limits_by_tat ON hauberk_limits (tat_ms);
`;

/** How many requests are charged between two sweeps. */
const SWEEP_EVERY = 1000;

/**
 * Keeps limits in an SQLite file: exact across all processes of one machine, and over a restart.
 *
 * @throws {ConfigError} `LIMIT_STORE_UNUSABLE` when the file cannot be opened or written
 * @example loginGuard({ secrets, store: sqliteLimitStore({ file: "data/limits.sqlite" }) });
 */
export function sqliteLimitStore(options: SqliteLimitStoreOptions): LimitStore {
  const call = "sqliteLimitStore()";
  const known = readOptions(options, ["file", "busyTimeoutMs", "maxKeys"], { call });
  const file = readString(known["file"], { call, path: "file" });
  const timeout = { min: 0, max: 5000, fallback: 250 };
  const keys = { min: 1, max: 100_000_000, fallback: 1_000_000 };
  const busyTimeoutMs = readInteger(known["busyTimeoutMs"], timeout, { call, path: "busyTimeoutMs" });
  const maxKeys = readInteger(known["maxKeys"], keys, { call, path: "maxKeys" });
  const place = { call, code: "LIMIT_STORE_UNUSABLE", file, busyTimeoutMs } as const;
  const why = "every process would count for itself, and a restart would forget all guesses.";
  const fix =
    "check that the folder can be made and that this user may write it; move a damaged file away, and a new one is made.";
  return openSqlite({ ...place, why, fix }, (database) => {
    // One turn at the lock for all of it: several processes may start at once.
    database.exec(`BEGIN IMMEDIATE; ${SCHEMA} DELETE FROM hauberk_limits WHERE key = ''; COMMIT`);
    return new SqliteLimitStore(database, maxKeys);
  });
}

class SqliteLimitStore implements LimitStore {
  readonly #database: DatabaseSync;
  readonly #maxKeys: number;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #forget: StatementSync;
  readonly #expire: StatementSync;
  readonly #trim: StatementSync;
  #untilSweep = SWEEP_EVERY;

  constructor(database: DatabaseSync, maxKeys: number) {
    this.#database = database;
    this.#maxKeys = maxKeys;
    this.#get = database.prepare("SELECT tat_ms FROM hauberk_limits WHERE key = ?");
    this.#put = database.prepare(
      "INSERT INTO hauberk_limits VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET tat_ms = excluded.tat_ms",
    );
    this.#forget = database.prepare("DELETE FROM hauberk_limits WHERE key = ?");
    this.#expire = database.prepare("DELETE FROM hauberk_limits WHERE tat_ms <= ?");
    this.#trim = database.prepare(
      `DELETE FROM hauberk_limits WHERE key IN (SELECT key FROM hauberk_limits ORDER BY tat_ms
       LIMIT max(0, (SELECT count(*) FROM hauberk_limits) - ?))`,
    );
  }

  consume(charges: readonly Charge[], nowMs: number): readonly GcraResult[] {
    // Taken before the read: two processes that read the same number would both let the last guess through.
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const results = decideCharges(charges, (key) => this.#read(key), nowMs);
      if (results.every((result) => result.allow))
        for (const [index, result] of results.entries())
          this.#put.run(charges[index]?.key ?? "", result.tatMs);
      this.#sweep(nowMs);
      this.#database.exec("COMMIT");
      return results;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #read(key: string): number | undefined {
    const tat = this.#get.get(key)?.["tat_ms"];
    return typeof tat === "number" ? tat : undefined;
  }

  #sweep(nowMs: number): void {
    this.#untilSweep -= 1;
    if (this.#untilSweep > 0) return;
    this.#untilSweep = SWEEP_EVERY;
    this.#expire.run(nowMs);
    this.#trim.run(this.#maxKeys);
  }

  forget(key: string): void {
    this.#forget.run(key);
  }

  close(): void {
    this.#database.close();
  }
}
