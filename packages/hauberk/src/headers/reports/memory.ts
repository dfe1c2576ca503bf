import {
  hourOf,
  HOUR_MS,
  KEPT_HOURS,
  KEPT_MS,
  keyOfReport,
  LONELY_MS,
  mostFrequentFirst,
  type CountedReport,
  type ReportBatch,
  type ReportHour,
  type ReportKind,
  type ReportOutcome,
  type ReportStore,
} from "./store.ts";

/**
 * Keeps reports in this process, for as long as it runs: for tests, and for a first look.
 *
 * About 1 kB a kind; the collector's `maxKinds` is the cap.
 *
 * @example reportCollector({ store: memoryReportStore() })
 */
export function memoryReportStore(): ReportStore {
  return new MemoryReportStore();
}

class MemoryReportStore implements ReportStore {
  readonly oneProcessOnly = true;
  readonly #kinds = new Map<string, ReportKind>();
  readonly #hours = new Map<number, ReportHour>();

  add(batch: ReportBatch): readonly ReportOutcome[] {
    this.#forget(batch);
    let room = Math.min(batch.maxNew, batch.maxKinds - this.#kinds.size);
    const outcomes = batch.reports.map((counted): ReportOutcome => {
      const outcome = this.#count(counted, room);
      if (outcome === "new") room--;
      return outcome;
    });
    this.#addHour(hourOf(batch, outcomes));
    return outcomes;
  }

  #count({ report, count, lastSeenMs }: CountedReport, room: number): ReportOutcome {
    const key = keyOfReport(report);
    const known = this.#kinds.get(key);
    if (known === undefined && !(room > 0)) return "dropped";
    this.#kinds.set(key, {
      ...report,
      count: (known?.count ?? 0) + count,
      firstSeenMs: known?.firstSeenMs ?? lastSeenMs,
      lastSeenMs: Math.max(known?.lastSeenMs ?? 0, lastSeenMs),
    });
    return known === undefined ? "new" : "known";
  }

  #forget({ atMs, maxKinds }: ReportBatch): void {
    const isFull = this.#kinds.size >= maxKinds;
    for (const [key, { count, lastSeenMs }] of this.#kinds) {
      const isLonely = isFull && count === 1 && lastSeenMs < atMs - LONELY_MS;
      if (isLonely || lastSeenMs < atMs - KEPT_MS) this.#kinds.delete(key);
    }
    for (const hourMs of this.#hours.keys())
      if (hourMs <= atMs - KEPT_HOURS * HOUR_MS) this.#hours.delete(hourMs);
  }

  #addHour(added: ReportHour): void {
    const { hourMs } = added;
    const before = this.#hours.get(hourMs) ?? { reports: 0, noise: 0, dropped: 0 };
    this.#hours.set(hourMs, {
      hourMs,
      reports: before.reports + added.reports,
      noise: before.noise + added.noise,
      dropped: before.dropped + added.dropped,
    });
  }

  list(): readonly ReportKind[] {
    return mostFrequentFirst([...this.#kinds.values()]);
  }

  hours(): readonly ReportHour[] {
    return [...this.#hours.values()].toSorted((a, b) => a.hourMs - b.hourMs);
  }

  clear(): void {
    this.#kinds.clear();
    this.#hours.clear();
  }
}
