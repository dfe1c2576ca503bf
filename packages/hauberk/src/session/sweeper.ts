import { randomText } from "../internal/random.ts";
import type { SessionRuntime } from "./state.ts";

/** Deleting so many rows of an SQLite file takes a few milliseconds, during which nothing else is answered. */
const BATCH = 100;
const PAUSE_MS = 50;
const INTERVAL_MS = 60_000;

/**
 * Deletes expired sessions in small batches, about once a minute, until the returned function is called. Of several
 * processes on one store one does so; when it is gone, another takes over after two intervals.
 *
 * All waits are jittered, so that processes that were started together do not ask the store together.
 */
export function startSweeper(
  { store, nowMs }: Pick<SessionRuntime, "store" | "nowMs">,
  intervalMs: number = INTERVAL_MS,
): () => void {
  const holder = randomText(12);
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function sweep(): Promise<void> {
    const full = await sweepOnce().catch(reportedByTheGuard);
    if (!stopped) schedule(jittered(full ? Math.min(PAUSE_MS, intervalMs) : intervalMs));
  }

  /** True when there may be more to sweep at once. */
  async function sweepOnce(): Promise<boolean> {
    const now = nowMs();
    if (!(await store.claimSweep(holder, now, now + 2 * intervalMs))) return false;
    return (await store.sweep(now, BATCH)) >= BATCH;
  }

  function schedule(delayMs: number): void {
    timer = setTimeout(() => void sweep(), delayMs).unref();
  }

  schedule(intervalMs * Math.random());
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Between half of it and one and a half. */
function jittered(delayMs: number): number {
  return delayMs * (0.5 + Math.random());
}

function reportedByTheGuard(): boolean {
  // session.store-failed has been sent; expired records are refused on read whether swept or not.
  return false;
}
