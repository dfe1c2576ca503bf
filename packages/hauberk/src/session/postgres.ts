import { readOptions, wrongType } from "../internal/options.ts";
import { columns, toRecord, type Row } from "./postgres-rows.ts";
import { STATEMENTS, type Statement } from "./postgres-sql.ts";
import type { SessionRecord } from "./record.ts";
import { latestLeaseMs, type SessionStore, type StoredSession, type WriteOutcome } from "./store.ts";

export {
  POSTGRES_MIGRATIONS,
  migratePostgres,
  type PostgresMigrationOptions,
} from "./postgres-migrations.ts";

/** The part of a `pg` pool that is used. */
export interface PostgresPool {
  query(query: {
    readonly name?: string;
    readonly text: string;
    readonly values?: unknown[];
  }): Promise<{ readonly rows: unknown[]; readonly rowCount: number | null }>;
}

export interface PostgresStoreOptions {
  /** A pool of the package `pg`. Closing it is yours. */
  readonly pool: PostgresPool;
}

/**
 * Keeps sessions in PostgreSQL, for an app of several machines. Run `migratePostgres(pool)` or the shipped SQL first.
 *
 * Give the pool a `connectionTimeoutMillis` and a `query_timeout` of about the session's `storeTimeoutMs`: a query that
 * hangs otherwise keeps its connection. Listen to its errors: a server that ends an idle connection otherwise ends this process.
 *
 * @throws {ConfigError} `OPTION_TYPE`, `OPTION_UNKNOWN`
 * @see docs/guide/sessions.md for tens of millions of rows
 * @example
 * const pool = new Pool({ connectionString, connectionTimeoutMillis: 500, query_timeout: 500 }).on("error", log);
 * await migratePostgres(pool);
 * hauberk(app, { ..., session: { store: postgresStore({ pool }) } });
 */
export function postgresStore(options: PostgresStoreOptions): SessionStore {
  const call = "postgresStore()";
  const { pool } = readOptions(options, ["pool"], { call });
  if (typeof (pool as Partial<PostgresPool> | null | undefined)?.query !== "function")
    throw wrongType(pool, "a Pool of the package pg", { call, path: "pool" });
  return new PostgresStore(pool as PostgresPool);
}

class PostgresStore implements SessionStore {
  readonly #pool: PostgresPool;

  constructor(pool: PostgresPool) {
    this.#pool = pool;
  }

  async get(key: string): Promise<SessionRecord | undefined> {
    const [row] = await this.#rows(STATEMENTS.get, [bytes(key)]);
    return row === undefined ? undefined : toRecord(row);
  }

  async insert(key: string, record: SessionRecord): Promise<void> {
    await this.#run(STATEMENTS.insert, [bytes(key), ...columns(record)]);
  }

  async update(key: string, record: SessionRecord, expectedVersion: number): Promise<WriteOutcome> {
    const changed = await this.#run(STATEMENTS.update, [bytes(key), ...columns(record), expectedVersion]);
    return changed === 1 ? "saved" : this.#whyNot(key);
  }

  async replace(
    oldKey: string,
    newKey: string,
    record: SessionRecord,
    expectedVersion: number,
    mark: SessionRecord,
  ): Promise<WriteOutcome> {
    const changed = await this.#run(STATEMENTS.replace, [
      bytes(newKey),
      ...columns(record),
      bytes(oldKey),
      expectedVersion,
      mark.createdAtMs,
      mark.idleExpiresAtMs,
      mark.handle,
      mark.data,
    ]);
    return changed === 1 ? "saved" : this.#whyNot(oldKey);
  }

  async touch(key: string, idleExpiresAtMs: number): Promise<void> {
    await this.#run(STATEMENTS.touch, [bytes(key), idleExpiresAtMs]);
  }

  async destroy(key: string): Promise<SessionRecord | undefined> {
    const [row] = await this.#rows(STATEMENTS.destroy, [bytes(key)]);
    return row === undefined ? undefined : toRecord(row);
  }

  async listByUser(userId: string): Promise<readonly StoredSession[]> {
    const rows = await this.#rows(STATEMENTS.listByUser, [userId]);
    return rows.map((row) => ({ key: row.key.toString("hex"), record: toRecord(row) }));
  }

  async destroyByUser(userId: string, exceptKey: string | undefined): Promise<number> {
    return this.#run(STATEMENTS.destroyByUser, [userId, exceptKey === undefined ? null : bytes(exceptKey)]);
  }

  async epochOf(userId: string): Promise<number> {
    const { rows } = await this.#pool.query({ ...STATEMENTS.epochOf, values: [userId] });
    return Number((rows[0] as { readonly epoch: string } | undefined)?.epoch ?? 0);
  }

  async endEpoch(userId: string, nowMs: number): Promise<void> {
    await this.#run(STATEMENTS.endEpoch, [userId, nowMs]);
  }

  async sweep(nowMs: number, limit: number): Promise<number> {
    const { rows } = await this.#pool.query({ ...STATEMENTS.sweep, values: [nowMs, limit] });
    return Number((rows[0] as { readonly looked_at: string } | undefined)?.looked_at ?? 0);
  }

  async claimSweep(holder: string, nowMs: number, untilMs: number): Promise<boolean> {
    const values = [holder, nowMs, untilMs, latestLeaseMs(nowMs)];
    return (await this.#run(STATEMENTS.claimSweep, values)) === 1;
  }

  async #whyNot(key: string): Promise<"gone" | "conflict"> {
    return (await this.get(key)) === undefined ? "gone" : "conflict";
  }

  async #rows(statement: Statement, values: unknown[]): Promise<readonly Row[]> {
    return (await this.#pool.query({ ...statement, values })).rows as Row[];
  }

  async #run(statement: Statement, values: unknown[]): Promise<number> {
    return (await this.#pool.query({ ...statement, values })).rowCount ?? 0;
  }
}

/** Half the size of the text, in the table and in its index. */
function bytes(key: string): Buffer {
  return Buffer.from(key, "hex");
}
