import { ConfigError } from "../../errors/config-error.ts";
import { readOptions, wrongType } from "../../internal/options.ts";
import type { PostgresPool } from "../../session/postgres.ts";
import { POSTGRES_REPORT_SCHEMA } from "./postgres-schema.ts";
import {
  hourOf,
  HOUR_MS,
  KEPT_HOURS,
  KEPT_MS,
  keyOfReport,
  LONELY_MS,
  type ReportBatch,
  type ReportHour,
  type ReportKind,
  type ReportOutcome,
  type ReportStore,
} from "./store.ts";

export { POSTGRES_REPORT_SCHEMA } from "./postgres-schema.ts";

export interface PostgresReportStoreOptions {
  /** A pool of the package `pg`. Closing it is yours. */
  readonly pool: PostgresPool;
}

/**
 * Keeps reports in PostgreSQL, for an app of several machines that count together. Run `migratePostgresReports(pool)` or
 * the shipped SQL first.
 *
 * @throws {ConfigError} `OPTION_TYPE`, `OPTION_UNKNOWN`
 * @example
 * await migratePostgresReports(pool);
 * reportCollector({ store: postgresReportStore({ pool }) })
 */
export function postgresReportStore(options: PostgresReportStoreOptions): ReportStore {
  const call = "postgresReportStore()";
  const { pool } = readOptions(options, ["pool"], { call });
  if (typeof (pool as Partial<PostgresPool> | null | undefined)?.query !== "function")
    throw wrongType(pool, "a Pool of the package pg", { call, path: "pool" });
  return new PostgresReportStore(pool as PostgresPool);
}

/**
 * Makes the tables and the function that adds to them. Call it at start; done twice it changes nothing.
 *
 * @throws {ConfigError} `REPORT_STORE_UNUSABLE` when the database refuses
 */
export async function migratePostgresReports(pool: PostgresPool): Promise<void> {
  try {
    await pool.query({
      text: `BEGIN; SELECT pg_advisory_xact_lock(${LOCK}); ${POSTGRES_REPORT_SCHEMA}; COMMIT`,
    });
  } catch (cause) {
    throw new ConfigError(
      "REPORT_STORE_UNUSABLE",
      {
        what: `migratePostgresReports(): ${cause instanceof Error ? cause.message : String(cause)}.`,
        why: "what browsers block would be reported and lost.",
        fix: "give this role CREATE on the schema, or run POSTGRES_REPORT_SCHEMA as one that has it.",
      },
      { cause },
    );
  }
}

/** Any number that nobody else uses: two processes that start at the same time migrate one after the other. */
const LOCK = 4_852_168;

class PostgresReportStore implements ReportStore {
  readonly #pool: PostgresPool;

  constructor(pool: PostgresPool) {
    this.#pool = pool;
  }

  async add(batch: ReportBatch): Promise<readonly ReportOutcome[]> {
    const { atMs, maxKinds, maxNew } = batch;
    const given = batch.reports.map(({ report, count, lastSeenMs }) => ({
      ...report,
      key: keyOfReport(report),
      count,
      last_seen_ms: lastSeenMs,
    }));
    const { hourMs } = hourOf(batch, []);
    const bounds = [maxKinds, maxNew, atMs - KEPT_MS, atMs - LONELY_MS, atMs - KEPT_HOURS * HOUR_MS];
    const rows = await this.#rows<{ readonly outcome: ReportOutcome }>(
      "SELECT outcome FROM hauberk_add_reports($1, $2, $3, $4, $5, $6, $7, $8) AS outcome",
      [JSON.stringify(given), ...bounds, hourMs, batch.dropped],
    );
    return rows.map(({ outcome }) => outcome);
  }

  async list(): Promise<readonly ReportKind[]> {
    const rows = await this.#rows<Numbered<ReportKind, "count" | "firstSeenMs" | "lastSeenMs">>(
      `SELECT type, page, rule, blocked, disposition, source, noise, count, first_seen_ms AS "firstSeenMs",
       last_seen_ms AS "lastSeenMs" FROM hauberk_reports ORDER BY count DESC, last_seen_ms DESC`,
    );
    return rows.map((row) => ({
      ...row,
      count: Number(row.count),
      firstSeenMs: Number(row.firstSeenMs),
      lastSeenMs: Number(row.lastSeenMs),
    }));
  }

  async hours(): Promise<readonly ReportHour[]> {
    const rows = await this.#rows<Numbered<ReportHour, keyof ReportHour>>(
      'SELECT hour_ms AS "hourMs", reports, noise, dropped FROM hauberk_report_hours ORDER BY hour_ms',
    );
    return rows.map(({ hourMs, reports, noise, dropped }) => ({
      hourMs: Number(hourMs),
      reports: Number(reports),
      noise: Number(noise),
      dropped: Number(dropped),
    }));
  }

  async clear(): Promise<void> {
    await this.#rows("WITH gone AS (DELETE FROM hauberk_reports) DELETE FROM hauberk_report_hours");
  }

  async #rows<T>(text: string, values: unknown[] = []): Promise<readonly T[]> {
    return (await this.#pool.query({ text, values })).rows as T[];
  }
}

/** `pg` gives bigint columns as text. */
type Numbered<T, K extends keyof T> = Omit<T, K> & Readonly<Record<K, string>>;
