import { readInteger, readOptions } from "../internal/options.ts";
import { rateOf, type Rate } from "./gcra.ts";

export interface LimitOptions {
  /** Requests an address may make in a window, static files not counted. @default 600 */
  readonly limit?: number;
  /** @default 60 */
  readonly windowSeconds?: number;
  /** How many of them may come at once. @default 100, or `limit` if that is less */
  readonly burst?: number;
  /** Addresses remembered; beyond that the one seen longest ago is forgotten. @default 100_000 */
  readonly maxKeys?: number;
}

export interface LimitPolicy {
  readonly rate: Rate;
  readonly maxKeys: number;
  /** The RateLimit-Policy field, the same for everybody. */
  readonly policyField: string;
}

/**
 * Turns the limit options into a policy.
 *
 * @throws {ConfigError} `OPTION_RANGE`, `OPTION_UNKNOWN`
 * @see draft-ietf-httpapi-ratelimit-headers
 */
export function parseLimitOptions(input: unknown, call = "limit()"): LimitPolicy {
  const options = readOptions(input, ["limit", "windowSeconds", "burst", "maxKeys"], { call });
  const integer = (path: string, max: number, fallback: number): number =>
    readInteger(options[path], { min: 1, max, fallback }, { call, path });
  const limit = integer("limit", 1_000_000_000, 600);
  const windowSeconds = integer("windowSeconds", 86_400, 60);
  const burst = integer("burst", limit, Math.min(100, limit));
  return {
    rate: rateOf(limit, windowSeconds, burst),
    maxKeys: integer("maxKeys", 10_000_000, 100_000),
    policyField: `"address";q=${limit};w=${windowSeconds}`,
  };
}
