import type { RequestHandler } from "express";
import { createBodyMiddleware } from "./middleware.ts";
import { parseBodyOptions, type BodyOptions } from "./options.ts";

export type { BodyOptions } from "./options.ts";

/**
 * JSON and form parsing alone, for an app that composes its own pipeline; `hauberk()` already includes it.
 *
 * @throws {ConfigError} `OPTION_RANGE`, `OPTION_UNKNOWN` at start
 * @see RFC 9110 section 15.5.14 (413), 15.5.16 (415)
 * @example app.use(body({ limitBytes: 50_000 }));
 */
export function body(options: BodyOptions = {}): RequestHandler {
  return createBodyMiddleware(parseBodyOptions(options));
}
