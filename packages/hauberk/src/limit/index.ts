import type { RequestHandler } from "express";
import { createLimitMiddleware } from "./middleware.ts";
import { parseLimitOptions, type LimitOptions } from "./options.ts";

export { decideGcra, rateOf, type GcraResult, type Rate } from "./gcra.ts";
export { loginGuard, type GuessedPassword, type LoginAttempt, type LoginGuard } from "./login.ts";
export type { LoginGuardOptions } from "./login-options.ts";
export type { CountedBy, LimitOptions } from "./options.ts";
export { decideCharges, type Charge, type LimitStore } from "./store.ts";

/**
 * A limit alone, for one route or an app that composes its own pipeline; `hauberk()` already has one for all.
 *
 * @throws {ConfigError} `OPTION_RANGE`, `OPTION_TYPE`, `OPTION_UNKNOWN`, `LIMIT_STORE_INVALID` at start
 * @see RFC 6585 section 4 (429)
 * @example app.post("/search", limit({ limit: 30, windowSeconds: 60, by: "user", name: "search" }), search);
 */
export function limit(options: LimitOptions = {}): RequestHandler {
  return createLimitMiddleware(parseLimitOptions(options));
}
