/** How fast a key may go: one request every `intervalMs`, and at most so many ahead of time. */
export interface Rate {
  readonly intervalMs: number;
  /** What a key may be ahead of the steady pace: a burst is this long. */
  readonly capacityMs: number;
}

export interface GcraResult {
  readonly allow: boolean;
  /** The theoretical arrival time to store: unchanged when refused, so that refused requests cost nothing more. */
  readonly tatMs: number;
  readonly remaining: number;
  /** Whole seconds until the same request would be let through; 0 when it was. */
  readonly retryAfterSeconds: number;
  /** Whole seconds until everything is there again. */
  readonly resetSeconds: number;
}

/**
 * The pace of `limit` requests a window, of which `burst` may come at once.
 *
 * The interval is rounded up to 1/1024 ms: sums with a clock in milliseconds are then exact, and the last request of a
 * burst is never lost to a rounding error.
 */
export function rateOf(limit: number, windowSeconds: number, burst: number): Rate {
  const intervalMs = Math.ceil(((windowSeconds * 1000) / limit) * 1024) / 1024;
  return { intervalMs, capacityMs: intervalMs * burst };
}

/**
 * Decides one request by the generic cell rate algorithm: one number a key, no windows, so no double burst where two
 * windows meet.
 *
 * @param tatMs what was stored for the key, or undefined for a new one
 * @param cost how many requests this one counts for, a positive integer
 * @throws {RangeError} when the cost is something else: a cost of -1 would pay requests back
 * @see ITU-T I.371, the generic cell rate algorithm
 */
export function decideGcra(tatMs: number | undefined, nowMs: number, rate: Rate, cost = 1): GcraResult {
  if (!(Number.isInteger(cost) && cost >= 1))
    throw new RangeError(`limit: the cost is ${cost}, expected a positive integer`);
  const latest = nowMs + rate.capacityMs;
  const arrival = tatMs === undefined ? nowMs : arrivalOf(tatMs, nowMs, latest);
  const next = arrival + rate.intervalMs * cost;
  const overMs = next - latest;
  const allow = overMs <= 0;
  const tat = allow ? next : arrival;
  return {
    allow,
    tatMs: tat,
    remaining: Math.floor((latest - tat) / rate.intervalMs),
    retryAfterSeconds: allow ? 0 : Math.ceil(overMs / 1000),
    resetSeconds: Math.ceil((tat - nowMs) / 1000),
  };
}

/** Beyond what the clocks of several machines may differ by. */
export const CLOCK_JUMP_MS = 60_000;

function arrivalOf(tatMs: number, nowMs: number, latest: number): number {
  // A broken number must not open a key.
  if (Number.isNaN(tatMs) || tatMs === Infinity) return latest;
  // No key is ever charged so far ahead: the clock was set back, and would lock it out until it is there again.
  if (tatMs > latest + CLOCK_JUMP_MS) return nowMs;
  return Math.max(nowMs, Math.min(tatMs, latest));
}
