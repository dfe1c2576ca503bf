import type { RequestHandler } from "express";
import { guardQuery } from "../body/query.ts";
import { guardRedirects } from "./guard-redirects.ts";
import { createOriginMiddleware } from "./middleware.ts";
import { parseOriginOptions, type OriginOptions } from "./options.ts";
import { showOriginView } from "./request-view.ts";

export { decideOrigin, type OriginFacts, type OriginVerdict, type OriginView } from "./decide.ts";
export { parseHost, type ParsedHost } from "./host.ts";
export {
  parseOriginOptions,
  type CanonicalOrigin,
  type OriginOptions,
  type OriginPolicy,
  type ForwardingHeader,
  type ProxyDeclaration,
} from "./options.ts";
export { refusePath, type PathRefusal } from "./path.ts";
export { refuseRedirect, type RedirectRefusal } from "./redirect.ts";

/**
 * The origin check alone, for an app that composes its own pipeline; `hauberk()` already includes it. Mount it first:
 * it refuses foreign hosts and ambiguous paths, guards `res.redirect`, reads `req.query` safely and says who asked, in
 * `req.clientAddress`, `req.scheme` and `req.canonicalOrigin`.
 *
 * @throws {ConfigError} `ORIGINS_MISSING`, `ORIGIN_INVALID`, `ORIGIN_INSECURE`, `PROXY_INVALID` at start
 * @see RFC 9110 section 7.2 and 7.4
 * @example app.use(origin({ origins: ["https://app.example"], proxy: { hops: 1 } }));
 */
export function origin(options: OriginOptions): RequestHandler {
  const check = createOriginMiddleware(parseOriginOptions(options));
  return function originMiddleware(req, res, next) {
    const app = req.app as unknown as { request: typeof req; response: typeof res };
    showOriginView(app.request);
    guardQuery(app.request);
    guardRedirects(app.response);
    void check(req, res, next);
  };
}
