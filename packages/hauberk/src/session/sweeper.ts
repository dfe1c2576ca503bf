import type { SessionRuntime } from "./state.ts";

const BATCH = 500;
const INTERVAL_MS = 60_000;

/**
 * Deletes expired sessions in small batches, about once a minute, until the returned function is called.
 * The interval is jittered so that several processes on one store do not all sweep at the same moment.
 */
export function startSweeper(runtime: SessionRuntime): () => void {
  let timer: NodeJS.Timeout;
  async function sweep(): Promise<void> {
    let swept = 0;
    try {
      swept = await runtime.store.sweep(runtime.nowMs(), BATCH);
    } catch {
      // Reported by the guard as session.store-failed; expired records are refused on read whether swept or not.
    }
    schedule(swept === BATCH ? 50 : INTERVAL_MS * (0.5 + Math.random()));
  }
  function schedule(delayMs: number): void {
    timer = setTimeout(() => void sweep(), delayMs).unref();
  }
  schedule(INTERVAL_MS * Math.random());
  return () => clearTimeout(timer);
}
