import { emitEvent } from "../events/index.ts";
import { withDeadline } from "../internal/deadline.ts";
import type { GcraResult } from "./gcra.ts";
import { MemoryLimitStore, type Charge, type LimitStore } from "./store.ts";

/** What a request waits for a store before this process counts for itself. */
const DEADLINE_MS = 250;
/** What a guess waits: counted by one process alone it may be one more than documented, and a login is slow anyway. */
export const LOGIN_DEADLINE_MS = 1000;
/** How long a store that failed is left alone: asking it for every request would slow all of them down. */
const REST_MS = 1000;

/**
 * Counts in this process while a shared store fails or hangs: the limits hold on each process for itself, and nobody
 * is refused or let through because of the outage. It goes on from what the store said last of each key: a key that was
 * used up a moment ago is not fresh again because the store came too late once.
 */
export function withFallback(
  store: LimitStore,
  maxKeys: number,
  deadlineMs: number = DEADLINE_MS,
): LimitStore {
  const local = new MemoryLimitStore(maxKeys);
  let restUntilMs = 0;

  function failed(error: unknown): void {
    restUntilMs = Date.now() + REST_MS;
    emitEvent("limit.store-failed", { because: "consume", error });
  }

  function learned(charges: readonly Charge[], results: readonly GcraResult[]): readonly GcraResult[] {
    const charged = results.every((result) => result.allow);
    for (const [index, { allow, tatMs }] of results.entries()) {
      const key = charges[index]?.key;
      // When another key refused, this one was not charged: what it would have been is not what is stored.
      if (key !== undefined && (charged || !allow)) local.set(key, tatMs);
    }
    return results;
  }

  async function awaited(
    pending: Promise<readonly GcraResult[]>,
    charges: readonly Charge[],
    nowMs: number,
  ): Promise<readonly GcraResult[]> {
    try {
      return learned(charges, await withDeadline(pending, deadlineMs));
    } catch (error) {
      failed(error);
      return local.consume(charges, nowMs);
    }
  }

  return {
    consume(charges, nowMs) {
      if (Date.now() < restUntilMs) return local.consume(charges, nowMs);
      try {
        const results = store.consume(charges, nowMs);
        return results instanceof Promise ? awaited(results, charges, nowMs) : learned(charges, results);
      } catch (error) {
        failed(error);
        return local.consume(charges, nowMs);
      }
    },
    async forget(key) {
      local.forget(key);
      try {
        await withDeadline(Promise.resolve(store.forget(key)), DEADLINE_MS);
      } catch (error) {
        emitEvent("limit.store-failed", { because: "forget", error });
      }
    },
    close: () => store.close?.(),
  };
}
