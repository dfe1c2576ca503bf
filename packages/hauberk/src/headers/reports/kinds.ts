import type { BrowserReport } from "./parse.ts";

/** Reports that say the same, counted. */
export interface ReportKind extends BrowserReport {
  readonly count: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
}

/** How many different reports are kept, and how many new ones a minute may bring. */
export interface KindLimits {
  readonly maxKinds: number;
  readonly maxNewPerMinute: number;
}

const MINUTE_MS = 60_000;

/**
 * Counts reports by what they say. Bounded in both directions: a flood of made-up reports can neither fill the memory nor
 * push out what real browsers told, because it is the new ones that are not taken.
 */
export class ReportKinds {
  readonly #kinds = new Map<string, ReportKind>();
  readonly #limits: KindLimits;
  #minuteBeganMs = 0;
  #newThisMinute = 0;
  #dropped = 0;

  constructor(limits: KindLimits) {
    this.#limits = limits;
  }

  /** @returns true when nothing like it was seen before */
  add(report: BrowserReport, nowMs: number): boolean {
    const key = JSON.stringify(report);
    const known = this.#kinds.get(key);
    if (known !== undefined) {
      this.#kinds.set(key, { ...known, count: known.count + 1, lastSeenMs: nowMs });
      return false;
    }
    if (!this.#hasRoom(nowMs)) {
      this.#dropped++;
      return false;
    }
    this.#kinds.set(key, { ...report, count: 1, firstSeenMs: nowMs, lastSeenMs: nowMs });
    return true;
  }

  #hasRoom(nowMs: number): boolean {
    // Written so that a clock that was set back begins a new minute too.
    if (!(nowMs - this.#minuteBeganMs < MINUTE_MS && nowMs >= this.#minuteBeganMs)) {
      this.#minuteBeganMs = nowMs;
      this.#newThisMinute = 0;
    }
    if (this.#kinds.size >= this.#limits.maxKinds || this.#newThisMinute >= this.#limits.maxNewPerMinute)
      return false;
    this.#newThisMinute++;
    return true;
  }

  /** Most frequent first. */
  list(): readonly ReportKind[] {
    return [...this.#kinds.values()].toSorted((a, b) => b.count - a.count);
  }

  /** How many reports were not kept because there was no room for another kind. */
  get dropped(): number {
    return this.#dropped;
  }

  clear(): void {
    this.#kinds.clear();
    this.#dropped = 0;
  }
}
