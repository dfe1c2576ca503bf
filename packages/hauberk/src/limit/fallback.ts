import { emitEvent } from "../events/index.ts";
import { withDeadline } from "../internal/deadline.ts";
import type { GcraResult } from "./gcra.ts";
import { MemoryLimitStore, type Charge, type LimitStore } from "./store.ts";

const DEADLINE_MS = 250;
/** How long a store that failed is left alone: asking it for every request would slow all of them down. */
const REST_MS = 1000;

/**
 * Counts in this process while a shared store fails or hangs: the limits hold on each process for itself, and nobody
 * is refused or let through because of the outage.
 */
export function withFallback(store: LimitStore, maxKeys: number): LimitStore {
  const local = new MemoryLimitStore(maxKeys);
  let restUntilMs = 0;

  function failed(error: unknown): void {
    restUntilMs = Date.now() + REST_MS;
    emitEvent("limit.store-failed", { because: "consume", error });
  }

  async function awaited(
    pending: Promise<readonly GcraResult[]>,
    charges: readonly Charge[],
    nowMs: number,
  ): Promise<readonly GcraResult[]> {
    try {
      return await withDeadline(pending, DEADLINE_MS);
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
        return results instanceof Promise ? awaited(results, charges, nowMs) : results;
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
