import { performance } from "node:perf_hooks";

/**
 * The time sessions are judged by: the wall clock, but never slower than the monotonic one.
 *
 * A wall clock that jumps back two days would bring every session that expired in between back to life.
 */
export function createClock(
  wall: () => number = Date.now,
  monotonic: () => number = () => performance.now(),
): () => number {
  let lastMs = wall();
  let lastMonotonicMs = monotonic();
  return () => {
    const monotonicMs = monotonic();
    const expectedMs = lastMs + (monotonicMs - lastMonotonicMs);
    lastMs = Math.max(wall(), expectedMs);
    lastMonotonicMs = monotonicMs;
    return Math.floor(lastMs);
  };
}
