import { emitEvent } from "../events/index.ts";
import { readInteger, readOptions, wrongType } from "../internal/options.ts";
import type { PostgresPool } from "../session/postgres.ts";
import type { GcraResult } from "./gcra.ts";
import { assertCosts, decideCharges, type Charge, type LimitStore } from "./store.ts";

export { POSTGRES_LIMIT_MIGRATIONS, migratePostgresLimits } from "./postgres-migrations.ts";

export interface PostgresLimitStoreOptions {
  /** A pool of the package `pg`; may be the sessions' own. Closing it is yours. */
  readonly pool: PostgresPool;
  /** Beyond this many keys those nearest to being fresh again are forgotten. @default 1_000_000 */
  readonly maxKeys?: number;
}

const CONSUME = {
  name: "hauberk_consume_limits",
  text: "SELECT hauberk_consume_limits($1, $2, $3, $4, $5) AS before",
};
const FORGET = { name: "hauberk_forget_limit", text: "DELETE FROM hauberk_limits WHERE key = $1" };
// Several processes may sweep at the same time: none waits for another's rows.
const SWEEP_FRESH = {
  name: "hauberk_sweep_limits",
  text: `DELETE FROM hauberk_limits WHERE key IN (
    SELECT key FROM hauberk_limits WHERE tat_ms <= $1 LIMIT 10000 FOR UPDATE SKIP LOCKED)`,
};
const SWEEP_EXCESS = {
  name: "hauberk_trim_limits",
  text: `DELETE FROM hauberk_limits WHERE key IN (
    SELECT key FROM hauberk_limits ORDER BY tat_ms
    LIMIT greatest(0, (SELECT count(*) FROM hauberk_limits) - $1) FOR UPDATE SKIP LOCKED)`,
};

/** How many requests are charged between two sweeps of one process. */
const SWEEP_EVERY = 1000;

/**
 * Keeps limits in PostgreSQL: exact across all processes and machines, over restarts and crashes. Run
 * `migratePostgresLimits(pool)` or the shipped SQL first.
 *
 * Every request that is counted is one statement that commits. That suits logins and the limits of single routes; for a
 * limit on all requests of a busy application take Redis, or leave the store out and count in each process.
 *
 * @throws {ConfigError} `OPTION_TYPE`, `OPTION_RANGE`, `OPTION_UNKNOWN`
 * @example
 * await migratePostgresLimits(pool);
 * loginGuard({ secrets, store: postgresLimitStore({ pool }) });
 */
export function postgresLimitStore(options: PostgresLimitStoreOptions): LimitStore {
  const call = "postgresLimitStore()";
  const { pool, maxKeys } = readOptions(options, ["pool", "maxKeys"], { call });
  if (typeof (pool as Partial<PostgresPool> | null | undefined)?.query !== "function")
    throw wrongType(pool, "a Pool of the package pg", { call, path: "pool" });
  const keys = { min: 1, max: 100_000_000, fallback: 1_000_000 };
  return new PostgresLimitStore(pool as PostgresPool, readInteger(maxKeys, keys, { call, path: "maxKeys" }));
}

class PostgresLimitStore implements LimitStore {
  readonly #pool: PostgresPool;
  readonly #maxKeys: number;
  #untilSweep = SWEEP_EVERY;

  constructor(pool: PostgresPool, maxKeys: number) {
    this.#pool = pool;
    this.#maxKeys = maxKeys;
  }

  async consume(charges: readonly Charge[], nowMs: number): Promise<readonly GcraResult[]> {
    assertCosts(charges);
    const { rows } = await this.#pool.query({
      ...CONSUME,
      values: [
        charges.map(({ key }) => Buffer.from(key)),
        charges.map(({ rate }) => rate.intervalMs),
        charges.map(({ rate }) => rate.capacityMs),
        charges.map(({ cost }) => cost),
        nowMs,
      ],
    });
    this.#sweep(nowMs);
    const { before } = rows[0] as { readonly before: readonly number[] };
    const stored = new Map(charges.map(({ key }, index) => [key, before[index]]));
    return decideCharges(charges, (key) => stored.get(key), nowMs);
  }

  async forget(key: string): Promise<void> {
    await this.#pool.query({ ...FORGET, values: [Buffer.from(key)] });
  }

  /** Beside the requests: none waits for it, and when it fails the next one tries again. */
  #sweep(nowMs: number): void {
    this.#untilSweep -= 1;
    if (this.#untilSweep > 0) return;
    this.#untilSweep = SWEEP_EVERY;
    this.#pool
      .query({ ...SWEEP_FRESH, values: [nowMs] })
      .then(async () => this.#pool.query({ ...SWEEP_EXCESS, values: [this.#maxKeys] }))
      .catch((error: unknown) => emitEvent("limit.store-failed", { because: "sweep", error }));
  }
}
