import { ConfigError } from "../errors/config-error.ts";
import type { PostgresPool } from "../session/postgres.ts";
import { CLOCK_JUMP_MS } from "./gcra.ts";

/**
 * The schema of the limits, oldest step first, for those who run migrations with a tool of their own. Applying a step
 * twice does no harm.
 */
export const POSTGRES_LIMIT_MIGRATIONS: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: "0001_limits",
    // A function, because the decision needs rows that may not be there yet: each statement in it sees what the ones
    // before it waited for. A key that is new gets its row first, so that there is something to lock. The first look locks
    // nothing: with a lock and a commit for each refusal, a flood of guesses at one account made one wait for the other
    // until all came too late, and each process went on to count by itself.
    sql: `
      CREATE TABLE IF NOT EXISTS hauberk_limits (
        key bytea PRIMARY KEY,
        tat_ms double precision NOT NULL
      ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
      CREATE INDEX IF NOT EXISTS hauberk_limits_by_tat ON hauberk_limits (tat_ms);
      CREATE OR REPLACE FUNCTION hauberk_consume_limits(
        keys bytea[], intervals float8[], capacities float8[], costs float8[], now_ms float8
      ) RETURNS float8[] LANGUAGE plpgsql AS $$
      DECLARE
        before float8[];
        following float8[];
        latest float8;
        there bigint;
        locked boolean := false;
      BEGIN
        LOOP
          IF locked THEN
            INSERT INTO hauberk_limits (key, tat_ms)
              SELECT DISTINCT k, '-infinity'::float8 FROM unnest(keys) AS k ORDER BY k
              ON CONFLICT (key) DO NOTHING;
            PERFORM 1 FROM hauberk_limits WHERE key = ANY (keys) ORDER BY key FOR UPDATE;
          END IF;
          SELECT array_agg(coalesce(l.tat_ms, '-infinity') ORDER BY asked.at), count(l.key) INTO before, there
            FROM unnest(keys) WITH ORDINALITY AS asked (key, at) LEFT JOIN hauberk_limits l USING (key);
          -- A sweep may have taken an old row before it was locked.
          CONTINUE WHEN locked AND there < cardinality(keys);
          FOR i IN 1 .. cardinality(keys) LOOP
            latest := now_ms + capacities[i];
            following[i] := intervals[i] * costs[i] + CASE
              WHEN before[i] IN ('NaN', 'infinity') THEN latest
              WHEN before[i] > latest + ${CLOCK_JUMP_MS} THEN now_ms
              ELSE greatest(now_ms, least(before[i], latest)) END;
            IF following[i] > latest THEN RETURN before; END IF;
          END LOOP;
          EXIT WHEN locked;
          locked := true;
        END LOOP;
        UPDATE hauberk_limits l SET tat_ms = asked.tat
          FROM unnest(keys, following) AS asked (key, tat) WHERE l.key = asked.key;
        RETURN before;
      END $$;`,
  },
];

/** Any number that nobody else uses: two processes that start at the same time migrate one after the other. */
const LOCK = 4_852_168;

/**
 * Applies the migrations. Call it at start; when nothing is to do, it changes nothing.
 *
 * @throws {ConfigError} `LIMIT_STORE_UNUSABLE` when the database refuses
 */
export async function migratePostgresLimits(pool: PostgresPool): Promise<void> {
  const steps = POSTGRES_LIMIT_MIGRATIONS.map(({ sql }) => sql).join("\n");
  try {
    await pool.query({ text: `BEGIN; SELECT pg_advisory_xact_lock(${LOCK}); ${steps} COMMIT` });
  } catch (cause) {
    throw new ConfigError(
      "LIMIT_STORE_UNUSABLE",
      {
        what: `migratePostgresLimits(): ${cause instanceof Error ? cause.message : String(cause)}.`,
        why: "without its table every process would count for itself, and a restart would forget all guesses.",
        fix: "give this role CREATE on the schema, or run POSTGRES_LIMIT_MIGRATIONS as one that has it.",
      },
      { cause },
    );
  }
}
