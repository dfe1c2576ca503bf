import { hash } from "node:crypto";
import type { MaybePromise } from "../../session/store.ts";
import type { BrowserReport } from "./parse.ts";

/** Reports that say the same, counted. */
export interface ReportKind extends BrowserReport {
  readonly count: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
}

/** How many reports came within one hour. */
export interface ReportHour {
  /** When the hour began. */
  readonly hourMs: number;
  readonly reports: number;
  /** Those that a browser extension caused. */
  readonly noise: number;
  /** Those for which there was no room. */
  readonly dropped: number;
}

/** One report with how often it came since the last batch. */
export interface CountedReport {
  readonly report: BrowserReport;
  /** A positive integer. */
  readonly count: number;
  readonly lastSeenMs: number;
}

/** What a collector hands over at a time. No report is in it twice. */
export interface ReportBatch {
  readonly reports: readonly CountedReport[];
  /** Reports the collector itself had no room for. */
  readonly dropped: number;
  readonly atMs: number;
  /** How many different reports the store may hold. */
  readonly maxKinds: number;
  /** How many of this batch may be new to the store. */
  readonly maxNew: number;
}

/** "dropped": not known, and there was no room for another one. */
export type ReportOutcome = "new" | "known" | "dropped";

/**
 * Keeps what browsers reported. Every method is atomic, also across processes that share the data.
 *
 * Bounded by contract: never more than `maxKinds` different reports, and one row of counts for each of the last
 * `KEPT_HOURS` hours. What does not fit is counted and not kept, so a flood pushes nothing out.
 * `hauberk/headers/reports/conformance` has the tests for all of this.
 */
export interface ReportStore {
  /**
   * Counts a batch; one outcome for each report, in order.
   *
   * Reports nobody sent for `KEPT_MS` are forgotten; when the store is full, so is what came once and not since
   * `LONELY_MS`: made-up reports make room within a day.
   */
  add(batch: ReportBatch): MaybePromise<readonly ReportOutcome[]>;
  /** Most frequent first. */
  list(): MaybePromise<readonly ReportKind[]>;
  /** The hours in which something came, oldest first. */
  hours(): MaybePromise<readonly ReportHour[]>;
  clear(): MaybePromise<void>;
  close?(): MaybePromise<void>;
  /** True when no other process sees the reports. @default false */
  readonly oneProcessOnly?: boolean;
}

/** The methods a store must have, for the check at start. */
export const REPORT_STORE_METHODS: readonly (keyof ReportStore)[] = ["add", "list", "hours", "clear"];

const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
export const KEPT_MS: number = 30 * DAY_MS;
export const LONELY_MS: number = DAY_MS;
export const KEPT_HOURS: number = 14 * 24;

/** What two equal reports have in common, whatever store they are in. */
export function keyOfReport(report: BrowserReport): string {
  const { type, page, rule, blocked, disposition, source, noise } = report;
  return hash("sha256", JSON.stringify([type, page, rule, blocked, disposition, source, noise]), "hex");
}

/** The row of the hour that a batch adds to. */
export function hourOf(batch: ReportBatch, outcomes: readonly ReportOutcome[]): ReportHour {
  let [reports, noise, dropped] = [0, 0, batch.dropped];
  for (const [index, { report, count }] of batch.reports.entries()) {
    if (outcomes[index] === "dropped") dropped += count;
    else if (report.noise) noise += count;
    else reports += count;
  }
  return { hourMs: Math.floor(batch.atMs / HOUR_MS) * HOUR_MS, reports, noise, dropped };
}

export function mostFrequentFirst(kinds: readonly ReportKind[]): readonly ReportKind[] {
  return kinds.toSorted((a, b) => b.count - a.count || b.lastSeenMs - a.lastSeenMs);
}
