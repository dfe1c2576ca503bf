import type { OutgoingHttpHeader } from "node:http";
import type { HeaderTable } from "../internal/header-list.ts";
import type { RequestContext } from "../internal/context.ts";
import { decideCacheControl, mayBeReused } from "./cache.ts";

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
  const isPersonal = context.personal || changesClient;
  const holdsNonce = writePolicy(table, context, status, !isPersonal && mayBeReused(given));
  const { personal } = context;
  table.set("Cache-Control", decideCacheControl({ given, changesClient, personal, holdsNonce }));
  if (isPersonal) dropCdnHeaders(table);
}

/** Sets the policy and says whether the body may hold its nonce. A 304 gets none: the browser keeps the one it has. */
function writePolicy(
  table: HeaderTable,
  context: RequestContext,
  status: number,
  isReusable: boolean,
): boolean {
  const { headers, scheme, isStatic } = context;
  if (headers === undefined || status === 304 || table.has("content-security-policy"))
    return context.hasNonce;
  const { csp, staticCsp, reportOnlyCsp } = context.csp ?? headers;
  const isDocument = isHtml(table.get("content-type"));
  if (!isDocument || isStatic || (!context.hasNonce && isReusable)) {
    table.set("Content-Security-Policy", staticCsp[scheme]);
    return context.hasNonce;
  }
  // A page that is streamed may ask for the nonce when its head is long out.
  const holdsNonce = context.hasNonce || !table.has("content-length");
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

/** RFC 9213: these go to caches in front and overrule Cache-Control there. */
function dropCdnHeaders(table: HeaderTable): void {
  table.delete("cdn-cache-control");
  table.delete("surrogate-control");
}

function textOf(value: OutgoingHttpHeader | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
