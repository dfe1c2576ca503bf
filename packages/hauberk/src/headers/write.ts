import type { OutgoingHttpHeader } from "node:http";
import type { HeaderTable } from "../internal/header-list.ts";
import type { RequestContext } from "../internal/context.ts";
import { completeVary } from "../internal/vary.ts";
import type { CompiledCsp } from "./build.ts";
import { decideCacheControl, isNeverStored, mayBeReused } from "./cache.ts";

/**
 * Adds what is only known now to an answer whose head is about to be written: cookies, Cache-Control and the policy.
 * A header the route has set itself stays, except that a personal answer is never left to a cache.
 */
export function completeHeaders(table: HeaderTable, context: RequestContext, status: number): void {
  // An app mounted in this one puts its own on, whatever this one's settings say.
  table.delete("x-powered-by");
  if (context.vary !== undefined) completeVary(table, context.vary);
  for (const cookie of context.cookies) table.append("Set-Cookie", cookie);
  if (context.clearSiteData) table.set("Clear-Site-Data", '"cache", "storage"');
  const given = textOf(table.get("cache-control"));
  const changesClient = context.clearSiteData || table.has("set-cookie");
  const { personal } = context;
  const isPersonal = personal || changesClient;
  const isReused = !isPersonal && mayBeReused(given);
  const policy = policyFor(table, context, status);
  const isPage = policy !== undefined && !context.isStatic && isHtml(table.get("content-type"));
  // A page that is streamed may ask for the nonce when its head is long out.
  const mayAskLater = isPage && !isReused && !table.has("content-length");
  const holdsNonce = context.hasNonce || mayAskLater;
  const cacheControl = decideCacheControl({ given, changesClient, personal, holdsNonce });
  table.set("Cache-Control", cacheControl);
  if (isPersonal || holdsNonce) table.deleteAll(OTHER_CACHE_CONTROL);
  if (policy === undefined) return;
  const { scheme } = context;
  const { csp, reportOnlyCsp, staticCsp, withoutNonce } = policy;
  if (!isPage || (isReused && !holdsNonce)) setPolicy(table, staticCsp[scheme], undefined);
  // Stored with a nonce, every 304 would hand the same one to the next visitor.
  else if (!isNeverStored(cacheControl))
    setPolicy(table, withoutNonce.csp[scheme], withoutNonce.reportOnlyCsp?.[scheme]);
  else setPolicy(table, csp[scheme].join(context.cspNonce), reportOnlyCsp?.[scheme].join(context.cspNonce));
}

/** The app's policy, or the route's. Not where a route has written its own, and not on a 304: the browser keeps the one it has. */
function policyFor(table: HeaderTable, context: RequestContext, status: number): CompiledCsp | undefined {
  if (context.headers === undefined || status === 304 || table.has("content-security-policy"))
    return undefined;
  return context.csp ?? context.headers;
}

function setPolicy(table: HeaderTable, enforced: string, reportOnly: string | undefined): void {
  table.set("Content-Security-Policy", enforced);
  if (reportOnly !== undefined) table.set("Content-Security-Policy-Report-Only", reportOnly);
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
