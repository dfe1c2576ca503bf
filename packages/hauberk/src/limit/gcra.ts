/** How fast a key may go: `limit` requests a window, of which `burst` may come at once. */
export interface Rate {
  readonly intervalMs: number;
  readonly toleranceMs: number;
}

export interface GcraResult {
  readonly allow: boolean;
  /** The theoretical arrival time to store: unchanged when refused, so that refused requests cost nothing more. */
  readonly tatMs: number;
  readonly remaining: number;
  readonly retryAfterSeconds: number;
}

export function rateOf(limit: number, windowSeconds: number, burst: number): Rate {
  const intervalMs = (windowSeconds * 1000) / limit;
  return { intervalMs, toleranceMs: intervalMs * (burst - 1) };
}

/**
 * Decides one request by the generic cell rate algorithm: one number a key, no windows, so no double burst where two
 * windows meet.
 *
 * @param tatMs what was stored for the key, or undefined for a new one
 * @see ITU-T I.371, the generic cell rate algorithm
 */
export function decideGcra(tatMs: number | undefined, nowMs: number, rate: Rate): GcraResult {
  // A clock that jumped back must not lock a key out for the length of the jump.
  const latest = nowMs + rate.toleranceMs + rate.intervalMs;
  const arrival = Math.max(nowMs, Math.min(tatMs ?? nowMs, latest));
  const aheadMs = arrival - nowMs;
  const allow = aheadMs <= rate.toleranceMs;
  return {
    allow,
    tatMs: allow ? arrival + rate.intervalMs : arrival,
    remaining: allow ? Math.floor((rate.toleranceMs - aheadMs) / rate.intervalMs) : 0,
    retryAfterSeconds: allow ? 0 : Math.ceil((aheadMs - rate.toleranceMs) / 1000),
  };
}
