import type { RequestHandler } from "express";
import { buildHeaders, type HeadersOptions } from "./build.ts";
import { createHeadersMiddleware } from "./middleware.ts";

export { DEFAULT_CSP, type CspDirectives, type CspOptions } from "./csp.ts";
export type { HeadersOptions } from "./build.ts";

/**
 * The header set alone, for an app that composes its own pipeline; `hauberk()` already includes it.
 *
 * @throws {ConfigError} `CSP_INVALID`, `HEADERS_CONFLICT`, `OPTION_UNKNOWN`, `OPTION_RANGE` at start
 * @example app.use(headers({ csp: { add: { "img-src": ["https://images.example"] } } }));
 */
export function headers(options: HeadersOptions = {}): RequestHandler {
  return createHeadersMiddleware(buildHeaders(options));
}
export { reportCollector, type ReportCollector, type ReportOptions } from "./reports/collector.ts";
export type { ReportKind } from "./reports/kinds.ts";
export type { BrowserReport } from "./reports/parse.ts";
export type { Proposal, Suggestion } from "./reports/propose.ts";
