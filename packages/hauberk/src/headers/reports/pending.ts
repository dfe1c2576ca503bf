import type { BrowserReport } from "./parse.ts";
import type { CountedReport, ReportBatch, ReportOutcome } from "./store.ts";

export interface PendingLimits {
  readonly maxKinds: number;
  readonly maxNewPerMinute: number;
}

const MINUTE_MS = 60_000;

/**
 * Reports that wait to be handed to a store, counted by what they say.
 *
 * Bounded in both directions: what the store is known to have may always wait, of what is new no more than the minute
 * still allows. So a flood of made-up reports costs the store one batch a second, and pushes nothing real out.
 */
export class PendingReports {
  readonly #limits: PendingLimits;
  readonly #waiting = new Map<string, CountedReport>();
  readonly #known = new Set<string>();
  #unknown = 0;
  #dropped = 0;
  #minuteBeganMs = 0;
  #newThisMinute = 0;

  constructor(limits: PendingLimits) {
    this.#limits = limits;
  }

  add(report: BrowserReport, nowMs: number): void {
    const key = JSON.stringify(report);
    const before = this.#waiting.get(key);
    if (before === undefined && !this.#known.has(key)) {
      if (this.#unknown >= this.#allowance(nowMs)) {
        this.#dropped++;
        return;
      }
      this.#unknown++;
    }
    this.#waiting.set(key, { report, count: (before?.count ?? 0) + 1, lastSeenMs: nowMs });
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0 && this.#dropped === 0;
  }

  /** What waits, for a store; nothing waits afterwards. */
  take(nowMs: number): ReportBatch {
    const batch = {
      reports: [...this.#waiting.values()],
      dropped: this.#dropped,
      atMs: nowMs,
      maxKinds: this.#limits.maxKinds,
      maxNew: this.#allowance(nowMs),
    };
    this.#waiting.clear();
    this.#unknown = 0;
    this.#dropped = 0;
    return batch;
  }

  /** Remembers what the store has, and what of it counts towards the minute. */
  learn(batch: ReportBatch, outcomes: readonly ReportOutcome[]): void {
    for (const [index, { report }] of batch.reports.entries()) {
      const key = JSON.stringify(report);
      if (outcomes[index] === "dropped") this.#known.delete(key);
      else this.#remember(key);
      if (outcomes[index] === "new") this.#newThisMinute++;
    }
  }

  /** A store that did not answer gets the batch again with the next one; what does not fit any more is counted. */
  putBack(batch: ReportBatch): void {
    this.#dropped += batch.dropped;
    for (const { report, count, lastSeenMs } of batch.reports) {
      const key = JSON.stringify(report);
      const since = this.#waiting.get(key);
      if (since === undefined && this.#waiting.size >= this.#limits.maxKinds) {
        this.#dropped += count;
        continue;
      }
      if (since === undefined && !this.#known.has(key)) this.#unknown++;
      this.#waiting.set(key, {
        report,
        count: count + (since?.count ?? 0),
        lastSeenMs: since?.lastSeenMs ?? lastSeenMs,
      });
    }
  }

  forget(): void {
    this.#waiting.clear();
    this.#known.clear();
    this.#unknown = 0;
    this.#dropped = 0;
  }

  /** How many new ones this minute may still bring. */
  #allowance(nowMs: number): number {
    // Written so that a clock that was set back begins a new minute too.
    if (!(nowMs - this.#minuteBeganMs < MINUTE_MS && nowMs >= this.#minuteBeganMs)) {
      this.#minuteBeganMs = nowMs;
      this.#newThisMinute = 0;
    }
    return Math.max(0, this.#limits.maxNewPerMinute - this.#newThisMinute);
  }

  /** The store forgets too; one that is full of keys nobody sends any more begins anew. */
  #remember(key: string): void {
    if (this.#known.size >= 2 * this.#limits.maxKinds) this.#known.clear();
    this.#known.add(key);
  }
}
