import type { RequestHandler } from "express";
import { emitEvent } from "../../events/index.ts";
import type { Csp } from "../csp.ts";
import { createReportMiddleware } from "./middleware.ts";
import { parseReportOptions, type ReportOptions, type ReportPolicy } from "./options.ts";
import type { BrowserReport } from "./parse.ts";
import { PendingReports } from "./pending.ts";
import { propose, type Proposal } from "./propose.ts";
import type { ReportBatch, ReportHour, ReportKind, ReportOutcome } from "./store.ts";

/** Collects what browsers report. Hand it to `hauberk(app, { headers: { reports } })`. */
export interface ReportCollector {
  readonly path: string;
  /** True when no other process sees what is kept: `listen({ workers })` refuses such a collector. */
  readonly oneProcessOnly: boolean;
  /** What was reported, most frequent first. */
  readonly list: () => Promise<readonly ReportKind[]>;
  /** How many came in each hour of the last two weeks, and for how many there was no room. */
  readonly hours: () => Promise<readonly ReportHour[]>;
  /** What to change so that what was reported passes. */
  readonly propose: () => Promise<Proposal>;
  readonly clear: () => Promise<void>;
  /** Hands over what waits and closes the store; `hauberk()` calls it at the end. */
  readonly close: () => Promise<void>;
  /** Takes reports in; `hauberk()` mounts it, with the policy that is enforced, the one on trial, and a limit for reports. */
  readonly middleware: (enforced: Csp, candidate: Csp, limit?: RequestHandler) => RequestHandler;
}

/** How long a report may wait for others before the store is asked. */
const BATCH_MS = 1000;

/**
 * Makes a collector for reports of Content Security Policy, COOP, COEP, Permissions-Policy, deprecations and crashes.
 *
 * Bounded, and without anything that names a visitor. Reports are counted in batches, one a second, so a flood of them
 * costs no more than a few. Anybody can send a report: the pages and origins in it are claims.
 *
 * @throws {ConfigError} `REPORT_PATH_INVALID`, `REPORT_STORE_INVALID`, `OPTION_UNKNOWN`, `OPTION_RANGE`
 * @see https://www.w3.org/TR/reporting-1/ ; OWASP ASVS 5.0 v5.0.0-3.4.7
 * @example
 * const reports = reportCollector({ store: sqliteReportStore({ file: "data/reports.sqlite" }) });
 * hauberk(app, { ..., headers: { reports } });
 * app.get("/admin/reports", onlyAdmins, async (req, res) => res.render("reports", { proposal: await reports.propose() }));
 */
export function reportCollector(options: ReportOptions = {}): ReportCollector {
  const policy = parseReportOptions(options, "reportCollector()");
  const { path, store } = policy;
  const collection = new Collection(policy);
  let policies: readonly [enforced: Csp, candidate: Csp] = [new Map(), new Map()];
  return {
    path,
    oneProcessOnly: store.oneProcessOnly === true,
    list: async () => {
      await collection.flush();
      return store.list();
    },
    hours: async () => {
      await collection.flush();
      return store.hours();
    },
    propose: async () => {
      await collection.flush();
      return propose(await store.list(), ...policies);
    },
    clear: async () => {
      collection.forget();
      await store.clear();
    },
    close: async () => {
      await collection.flush();
      await store.close?.();
    },
    middleware: (enforced, candidate, limit) => {
      policies = [enforced, candidate];
      return createReportMiddleware(path, (reports) => collection.take(reports), limit);
    },
  };
}

/** The way of reports into a store. */
class Collection {
  readonly #policy: ReportPolicy;
  readonly #pending: PendingReports;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;

  constructor(policy: ReportPolicy) {
    this.#policy = policy;
    this.#pending = new PendingReports(policy);
  }

  take(reports: readonly BrowserReport[]): void {
    for (const report of reports) this.#pending.add(report, Date.now());
    if (!this.#pending.isEmpty) this.#schedule();
  }

  /** Hands over all that waits now. Never rejects: what a store did not take waits for the next time. */
  async flush(): Promise<void> {
    // Another flush may be under way with an older batch.
    await this.#flushing;
    // Whoever waited as well may be handing over what came since.
    if (this.#pending.isEmpty) return this.#flushing;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#handOver(this.#pending.take(Date.now()));
    await this.#flushing;
  }

  forget(): void {
    this.#pending.forget();
  }

  async #handOver(batch: ReportBatch): Promise<void> {
    try {
      const outcomes = await this.#policy.store.add(batch);
      this.#pending.learn(batch, outcomes);
      announce(batch, outcomes);
    } catch (error) {
      this.#pending.putBack(batch);
      this.#schedule();
      emitEvent("reports.store-failed", { error });
    }
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, BATCH_MS).unref();
  }
}

/** One event for each thing that browsers had not reported before. */
function announce(batch: ReportBatch, outcomes: readonly ReportOutcome[]): void {
  for (const [index, { report }] of batch.reports.entries()) {
    if (outcomes[index] !== "new" || report.noise) continue;
    const because = `${report.type} ${report.rule} ${report.blocked}`.trim();
    emitEvent("browser.reported", { path: report.page, because });
  }
}
