import type { RequestHandler } from "express";
import { buildHeaders, type HeadersOptions } from "./build.ts";
import { createHeadersMiddleware } from "./middleware.ts";
import { propose, type Proposal } from "./reports/propose.ts";
import type { ReportKind } from "./reports/store.ts";

export { cors, type CorsOptions } from "./cors.ts";
export { inlineHashes } from "./inline-hashes.ts";
export { csp } from "./route-csp.ts";
export { DEFAULT_CSP, type CspDirectives, type CspOptions } from "./csp.ts";
export type { HeadersOptions } from "./build.ts";
export type { HstsOptions, HstsStep } from "./hsts.ts";

/**
 * The header set alone, for an app that composes its own pipeline; `hauberk()` already includes it.
 *
 * @throws {ConfigError} `CSP_INVALID`, `HEADERS_CONFLICT`, `OPTION_UNKNOWN`, `OPTION_RANGE` at start
 * @example app.use(headers({ csp: { add: { "img-src": ["https://images.example"] } } }));
 */
export function headers(options: HeadersOptions = {}): RequestHandler {
  return createHeadersMiddleware(buildHeaders(options));
}
export { reportCollector, type ReportCollector } from "./reports/collector.ts";
export { memoryReportStore } from "./reports/memory.ts";
export type { ReportOptions } from "./reports/options.ts";
export type { BrowserReport } from "./reports/parse.ts";
export type { PolicyChange, Proposal, Suggestion } from "./reports/propose.ts";
export type {
  CountedReport,
  ReportBatch,
  ReportHour,
  ReportKind,
  ReportOutcome,
  ReportStore,
} from "./reports/store.ts";

/**
 * What to change in the policies of `options` so that these reports pass: for a command that reads a store of an
 * application that runs elsewhere.
 *
 * @throws {ConfigError} as `headers()`
 * @example proposeChanges(await store.list(), { csp: { add: { "img-src": ["https://images.example"] } } });
 */
export function proposeChanges(kinds: readonly ReportKind[], options: HeadersOptions = {}): Proposal {
  const { directives, candidate } = buildHeaders(options, "proposeChanges()");
  return propose(kinds, directives, candidate);
}
