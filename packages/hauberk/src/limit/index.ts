import type { RequestHandler } from "express";
import { createLimitMiddleware } from "./middleware.ts";
import { parseLimitOptions, type LimitOptions } from "./options.ts";

export type { LimitOptions } from "./options.ts";

/**
 * A limit by address alone, for one route or an app that composes its own pipeline; `hauberk()` already has one for all.
 *
 * @throws {ConfigError} `OPTION_RANGE`, `OPTION_UNKNOWN` at start
 * @see RFC 6585 section 4 (429)
 * @example app.post("/search", limit({ limit: 30, windowSeconds: 60 }), search);
 */
export function limit(options: LimitOptions = {}): RequestHandler {
  return createLimitMiddleware(parseLimitOptions(options));
}
