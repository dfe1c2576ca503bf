import type { RequestHandler } from "express";
import { buildHeaders, type HeaderPolicy, type HeadersOptions } from "./build.ts";
import { installAnswerHooks } from "../internal/answer.ts";
import { contextOf } from "../internal/context.ts";

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

/** Chooses the header set of the request's answer; it is written with the head, whoever answers. */
export function createHeadersMiddleware(policy: HeaderPolicy): RequestHandler {
  return function headersMiddleware(req, res, next) {
    installAnswerHooks(req.app);
    contextOf(req).headers = policy;
    res.removeHeader("X-Powered-By");
    next();
  };
}
