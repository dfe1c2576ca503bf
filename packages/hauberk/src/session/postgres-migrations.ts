import { ConfigError } from "../errors/config-error.ts";
import { readInteger, readOptions } from "../internal/options.ts";
import type { PostgresPool } from "./postgres.ts";

/** One step of the schema, for those who run migrations with a tool of their own. Applying it twice does no harm. */
interface PostgresMigration {
  readonly name: string;
  readonly sql: string;
}

const COLUMNS = `
        key bytea PRIMARY KEY,
        version bigint NOT NULL,
        created_at_ms bigint NOT NULL,
        idle_expires_at_ms bigint NOT NULL,
        absolute_expires_at_ms bigint NOT NULL,
        user_id text,
        user_epoch bigint NOT NULL,
        handle text NOT NULL,
        address text NOT NULL,
        user_agent text NOT NULL,
        data text NOT NULL`;

/** Room in each page for the next version of a row, and a vacuum before a twentieth of the table is dead. */
const STORAGE = "WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05)";

function sessionsTable(partitions: number): string {
  if (partitions === 1) return `CREATE TABLE IF NOT EXISTS hauberk_sessions (${COLUMNS}) ${STORAGE};`;
  const parts = Array.from(
    { length: partitions },
    (_, index) => `CREATE TABLE IF NOT EXISTS hauberk_sessions_${index} PARTITION OF hauberk_sessions
        FOR VALUES WITH (MODULUS ${partitions}, REMAINDER ${index}) ${STORAGE};`,
  );
  return `CREATE TABLE IF NOT EXISTS hauberk_sessions (${COLUMNS}) PARTITION BY HASH (key);\n${parts.join("\n")}`;
}

function steps(partitions: number): readonly PostgresMigration[] {
  return [
    {
      name: "0001_sessions",
      sql: `
      ${sessionsTable(partitions)}
      CREATE INDEX IF NOT EXISTS hauberk_sessions_by_user ON hauberk_sessions (user_id) WHERE user_id IS NOT NULL;
      CREATE TABLE IF NOT EXISTS hauberk_user_epochs (
        user_id text PRIMARY KEY,
        epoch bigint NOT NULL
      );`,
    },
    {
      // A write that only moves the idle time touches no index, so PostgreSQL keeps it in the page (HOT): decision 0040.
      name: "0002_sweep_at",
      sql: `
      DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'hauberk_sessions'::regclass
                       AND attname = 'sweep_at_ms' AND NOT attisdropped) THEN
          ALTER TABLE hauberk_sessions ADD COLUMN sweep_at_ms bigint NOT NULL DEFAULT 0;
          CREATE INDEX hauberk_sessions_by_sweep ON hauberk_sessions (sweep_at_ms);
          DROP INDEX IF EXISTS hauberk_sessions_by_expiry;
        END IF;
      END $$;
      CREATE TABLE IF NOT EXISTS hauberk_leases (
        name text PRIMARY KEY,
        holder text NOT NULL,
        until_ms bigint NOT NULL
      );`,
    },
  ];
}

/** The schema, oldest step first. */
export const POSTGRES_MIGRATIONS: readonly PostgresMigration[] = steps(1);

export interface PostgresMigrationOptions {
  /**
   * Into how many tables the sessions are spread, by the hash of their key. For tens of millions: each then has an
   * autovacuum and indexes of a size that fits in memory. Fixed once the tables are there.
   * @default 1
   */
  readonly partitions?: number;
}

/** Any number that nobody else uses: two processes that start at the same time migrate one after the other. */
const LOCK = 4_852_167;

/**
 * Applies the migrations. Call it at start; when nothing is to do, it changes nothing.
 *
 * @throws {ConfigError} `OPTION_RANGE`, `OPTION_UNKNOWN`; `SESSION_STORE_UNUSABLE` when the database refuses
 * @example await migratePostgres(pool, { partitions: 16 });
 */
export async function migratePostgres(
  pool: PostgresPool,
  options: PostgresMigrationOptions = {},
): Promise<void> {
  const call = "migratePostgres()";
  const known = readOptions(options, ["partitions"], { call });
  const partitions = readInteger(
    known["partitions"],
    { min: 1, max: 256, fallback: 1 },
    { call, path: "partitions" },
  );
  const sql = steps(partitions).map((step) => step.sql);
  try {
    await pool.query({ text: `BEGIN; SELECT pg_advisory_xact_lock(${LOCK}); ${sql.join("\n")} COMMIT` });
  } catch (cause) {
    throw new ConfigError(
      "SESSION_STORE_UNUSABLE",
      {
        what: `migratePostgres(): ${cause instanceof Error ? cause.message : String(cause)}.`,
        why: "without its tables nobody could log in or stay logged in.",
        fix: "give this role CREATE on the schema, or run POSTGRES_MIGRATIONS as one that has it.",
      },
      { cause },
    );
  }
}
