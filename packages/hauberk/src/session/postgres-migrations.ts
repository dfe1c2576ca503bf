import { ConfigError } from "../errors/config-error.ts";
import type { PostgresPool } from "./postgres.ts";

/** One step of the schema, for those who run migrations with a tool of their own. Applying it twice does no harm. */
export interface PostgresMigration {
  readonly name: string;
  readonly sql: string;
}

/**
 * The schema, oldest step first. The key is a hash, so rows spread evenly over partitions by hash; see the guide for when
 * that is worth it.
 */
export const POSTGRES_MIGRATIONS: readonly PostgresMigration[] = [
  {
    name: "0001_sessions",
    sql: `
      CREATE TABLE IF NOT EXISTS hauberk_sessions (
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
        data text NOT NULL
      ) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
      CREATE INDEX IF NOT EXISTS hauberk_sessions_by_user ON hauberk_sessions (user_id) WHERE user_id IS NOT NULL;
      CREATE INDEX IF NOT EXISTS hauberk_sessions_by_expiry ON hauberk_sessions (idle_expires_at_ms);
      CREATE TABLE IF NOT EXISTS hauberk_user_epochs (
        user_id text PRIMARY KEY,
        epoch bigint NOT NULL
      );`,
  },
];

/** Any number that nobody else uses: two processes that start at the same time migrate one after the other. */
const LOCK = 4_852_167;

/**
 * Applies the migrations. Call it at start; when nothing is to do, it changes nothing.
 *
 * @throws {ConfigError} `SESSION_STORE_UNUSABLE` when the database refuses
 */
export async function migratePostgres(pool: PostgresPool): Promise<void> {
  const steps = POSTGRES_MIGRATIONS.map(({ sql }) => sql).join("\n");
  try {
    await pool.query({ text: `BEGIN; SELECT pg_advisory_xact_lock(${LOCK}); ${steps} COMMIT` });
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
