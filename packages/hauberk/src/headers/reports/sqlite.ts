import type { DatabaseSync, StatementSync } from "node:sqlite";
import { readInteger, readOptions, readString } from "../../internal/options.ts";
import { openSqlite } from "../../internal/sqlite.ts";
import {
  hourOf,
  HOUR_MS,
  KEPT_HOURS,
  KEPT_MS,
  keyOfReport,
  LONELY_MS,
  type CountedReport,
  type ReportBatch,
  type ReportHour,
  type ReportKind,
  type ReportOutcome,
  type ReportStore,
} from "./store.ts";

export interface SqliteReportStoreOptions {
  /** The database file; made if missing, for this user alone, and so is its folder. */
  readonly file: string;
  /**
   * How long to wait for another process that is writing. The process stands still meanwhile; a batch that found no
   * turn is tried again a second later. @default 25
   */
  readonly busyTimeoutMs?: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS hauberk_reports (
    key TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    page TEXT NOT NULL,
    rule TEXT NOT NULL,
    blocked TEXT NOT NULL,
    disposition TEXT NOT NULL,
    source TEXT NOT NULL,
    noise INTEGER NOT NULL,
    count INTEGER NOT NULL,
    first_seen_ms INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS hauberk_report_hours (
    hour_ms INTEGER PRIMARY KEY,
    reports INTEGER NOT NULL,
    noise INTEGER NOT NULL,
    dropped INTEGER NOT NULL
  ) STRICT;
`;

/**
 * Keeps reports in an SQLite file: they survive a restart, and all processes of one machine count together.
 *
 * @throws {ConfigError} `REPORT_STORE_UNUSABLE` when the file cannot be opened or written
 * @example reportCollector({ store: sqliteReportStore({ file: "data/reports.sqlite" }) })
 */
export function sqliteReportStore(options: SqliteReportStoreOptions): ReportStore {
  const call = "sqliteReportStore()";
  const known = readOptions(options, ["file", "busyTimeoutMs"], { call });
  const file = readString(known["file"], { call, path: "file" });
  const range = { min: 0, max: 5000, fallback: 25 };
  const busyTimeoutMs = readInteger(known["busyTimeoutMs"], range, { call, path: "busyTimeoutMs" });
  const place = { call, code: "REPORT_STORE_UNUSABLE", file, busyTimeoutMs } as const;
  const why = "what browsers block would be reported and lost.";
  const fix =
    "check that the folder can be made and that this user may write it; move a damaged file away, and a new one is made.";
  return openSqlite({ ...place, why, fix }, (database) => {
    // One turn at the lock for all of it: several processes may start at once.
    database.exec(`BEGIN IMMEDIATE; ${SCHEMA} DELETE FROM hauberk_reports WHERE key = ''; COMMIT`);
    return new SqliteReportStore(database);
  });
}

class SqliteReportStore implements ReportStore {
  readonly #database: DatabaseSync;
  readonly #forget: StatementSync;
  readonly #forgetHours: StatementSync;
  readonly #size: StatementSync;
  readonly #count: StatementSync;
  readonly #insert: StatementSync;
  readonly #addHour: StatementSync;
  readonly #list: StatementSync;
  readonly #hours: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#forget = database.prepare(
      `DELETE FROM hauberk_reports WHERE last_seen_ms < ?
       OR (count = 1 AND last_seen_ms < ? AND (SELECT count(*) FROM hauberk_reports) >= ?)`,
    );
    this.#forgetHours = database.prepare("DELETE FROM hauberk_report_hours WHERE hour_ms <= ?");
    this.#size = database.prepare("SELECT count(*) AS size FROM hauberk_reports");
    this.#count = database.prepare(
      "UPDATE hauberk_reports SET count = count + ?, last_seen_ms = max(last_seen_ms, ?) WHERE key = ?",
    );
    this.#insert = database.prepare("INSERT INTO hauberk_reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#addHour = database.prepare(
      `INSERT INTO hauberk_report_hours VALUES (?, ?, ?, ?) ON CONFLICT (hour_ms) DO UPDATE SET
       reports = reports + excluded.reports, noise = noise + excluded.noise, dropped = dropped + excluded.dropped`,
    );
    this.#list = database.prepare(
      `SELECT type, page, rule, blocked, disposition, source, noise, count, first_seen_ms AS firstSeenMs,
       last_seen_ms AS lastSeenMs FROM hauberk_reports ORDER BY count DESC, last_seen_ms DESC`,
    );
    this.#hours = database.prepare(
      "SELECT hour_ms AS hourMs, reports, noise, dropped FROM hauberk_report_hours ORDER BY hour_ms",
    );
  }

  add(batch: ReportBatch): readonly ReportOutcome[] {
    // Taken before the read: two processes that found the same room would both fill it.
    return this.#inOneStep(() => {
      const { atMs, maxKinds, maxNew } = batch;
      this.#forget.run(atMs - KEPT_MS, atMs - LONELY_MS, maxKinds);
      this.#forgetHours.run(atMs - KEPT_HOURS * HOUR_MS);
      let room = Math.min(maxNew, maxKinds - Number(this.#size.get()?.["size"]));
      const outcomes = batch.reports.map((counted): ReportOutcome => {
        const outcome = this.#addOne(counted, room);
        if (outcome === "new") room--;
        return outcome;
      });
      const { hourMs, reports, noise, dropped } = hourOf(batch, outcomes);
      this.#addHour.run(hourMs, reports, noise, dropped);
      return outcomes;
    });
  }

  #addOne({ report, count, lastSeenMs }: CountedReport, room: number): ReportOutcome {
    const key = keyOfReport(report);
    if (this.#count.run(count, lastSeenMs, key).changes === 1) return "known";
    if (!(room > 0)) return "dropped";
    const { type, page, rule, blocked, disposition, source, noise } = report;
    const columns = [key, type, page, rule, blocked, disposition, source, Number(noise)];
    this.#insert.run(...columns, count, lastSeenMs, lastSeenMs);
    return "new";
  }

  list(): readonly ReportKind[] {
    return this.#list.all().map((row) => ({ ...row, noise: row["noise"] === 1 }) as unknown as ReportKind);
  }

  hours(): readonly ReportHour[] {
    return this.#hours.all().map((row) => ({ ...row }) as unknown as ReportHour);
  }

  clear(): void {
    this.#inOneStep(() => {
      this.#database.exec("DELETE FROM hauberk_reports; DELETE FROM hauberk_report_hours");
    });
  }

  close(): void {
    this.#database.close();
  }

  #inOneStep<T>(work: () => T): T {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}
