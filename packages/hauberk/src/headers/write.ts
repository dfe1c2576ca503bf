import type { OutgoingHttpHeader } from "node:http";
import type { HeaderTable } from "../internal/header-list.ts";
import type { RequestContext } from "../internal/context.ts";
import { decideCacheControl, isNeverStored, mayBeReused } from "./cache.ts";

/**
 * Adds what is only known now to an answer whose head is about to be written: cookies, Cache-Control and the policy.
 * A header the route has set itself stays, except that a personal answer is never left to a cache.
 */
export function completeHeaders(table: HeaderTable, context: RequestContext, status: number): void {
  // An app mounted in this one puts its own on, whatever this one's settings say.
  table.delete("x-powered-by");
  for (const cookie of context.cookies) table.append("Set-Cookie", cookie);
  if (context.clearSiteData) table.set("Clear-Site-Data", '"cache", "storage"');
  const given = textOf(table.get("cache-control"));
  const changesClient = context.clearSiteData || table.has("set-cookie");
  const { personal } = context;
  const isPersonal = personal || changesClient;
  const cacheControl = decideCacheControl({ given, changesClient, personal, holdsNonce: context.hasNonce });
  const storage = isNeverStored(cacheControl)
    ? "never"
    : isPersonal || !mayBeReused(given)
      ? "asks"
      : "reuses";
  const holdsNonce = writePolicy(table, context, status, storage);
  table.set("Cache-Control", holdsNonce && storage !== "never" ? "no-store" : cacheControl);
  if (isPersonal || holdsNonce) table.deleteAll(OTHER_CACHE_CONTROL);
}

/** Sets the policy and says whether the body may hold its nonce. A 304 gets none: the browser keeps the one it has. */
function writePolicy(
  table: HeaderTable,
  context: RequestContext,
  status: number,
  storage: "never" | "asks" | "reuses",
): boolean {
  const { headers, scheme, isStatic, hasNonce } = context;
  if (headers === undefined || status === 304 || table.has("content-security-policy")) return hasNonce;
  const { csp, staticCsp, reportOnlyCsp, withoutNonce } = context.csp ?? headers;
  const isDocument = isHtml(table.get("content-type"));
  if (!isDocument || isStatic || storage === "reuses") {
    table.set("Content-Security-Policy", staticCsp[scheme]);
    return hasNonce;
  }
  // A page that is streamed may ask for the nonce when its head is long out.
  const holdsNonce = hasNonce || !table.has("content-length");
  if (!holdsNonce && storage === "asks") {
    // Stored with a nonce, every 304 would hand the same one to the next visitor.
    table.set("Content-Security-Policy", withoutNonce.csp[scheme]);
    if (reportOnlyCsp !== undefined)
      table.set("Content-Security-Policy-Report-Only", withoutNonce.reportOnlyCsp[scheme]);
    return false;
  }
  table.set("Content-Security-Policy", csp[scheme].join(context.cspNonce));
  if (reportOnlyCsp !== undefined)
    table.set("Content-Security-Policy-Report-Only", reportOnlyCsp[scheme].join(context.cspNonce));
  return holdsNonce;
}

/** Nothing said counts as HTML: a browser might take it for that. */
function isHtml(contentType: unknown): boolean {
  if (contentType === "text/html; charset=utf-8") return true;
  return typeof contentType !== "string" || /^\s*(?:text\/html|application\/xhtml\+xml)/i.test(contentType);
}

/** These overrule Cache-Control in a cache in front: RFC 9213, its vendors' variants, and nginx's own. */
const OTHER_CACHE_CONTROL: ReadonlySet<string> = new Set([
  "cdn-cache-control",
  "cloudflare-cdn-cache-control",
  "vercel-cdn-cache-control",
  "netlify-cdn-cache-control",
  "surrogate-control",
  "edge-control",
  "x-accel-expires",
]);

function textOf(value: OutgoingHttpHeader | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
