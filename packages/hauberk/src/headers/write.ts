import type { ServerResponse } from "node:http";
import type { RequestContext } from "../internal/context.ts";
import type { HeaderPolicy } from "./build.ts";

/**
 * Adds the header set to an answer whose head is about to be written. A header the route has set itself stays, except
 * that a personal answer is never left to a cache.
 */
export function writeSecurityHeaders(res: ServerResponse, context: RequestContext, status: number): void {
  // An app mounted in this one puts its own on, whatever this one's settings say.
  res.removeHeader("X-Powered-By");
  for (const cookie of context.cookies) res.appendHeader("Set-Cookie", cookie);
  if (context.clearSiteData) res.setHeader("Clear-Site-Data", '"cache", "storage"');
  const policy = context.headers;
  if (policy !== undefined) {
    for (const [name, value] of policy.common) if (!res.hasHeader(name)) res.setHeader(name, value);
    // RFC 6797 section 7.2: not over plain http, where anybody could have written it.
    if (context.scheme === "https") res.setHeader("Strict-Transport-Security", policy.hsts);
    if (status !== 304 && !res.hasHeader("Content-Security-Policy")) {
      res.setHeader("Content-Security-Policy", cspFor(policy, context));
    }
  }
  writeCacheControl(res, context);
}

/** A 304 gets none: the browser keeps the policy whose nonce is in the page it has. */
function cspFor(policy: HeaderPolicy, context: RequestContext): string {
  if (context.isStatic) return policy.staticCsp[context.scheme];
  return policy.csp[context.scheme].join(context.cspNonce);
}

/** `no-store` once the session was read or a cookie is set; otherwise a cache must ask before it uses an answer again. */
function writeCacheControl(res: ServerResponse, context: RequestContext): void {
  if (context.personal || res.hasHeader("Set-Cookie")) res.setHeader("Cache-Control", "no-store");
  else if (!res.hasHeader("Cache-Control")) res.setHeader("Cache-Control", "no-cache");
}
