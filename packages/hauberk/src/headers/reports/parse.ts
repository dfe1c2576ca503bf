import { detach } from "../../internal/detach.ts";
import { isPlainObject } from "../../internal/options.ts";

/** What a browser told, without what would tell who the visitor is: no query, no sample, no user agent, no address. */
export interface BrowserReport {
  /** `csp-violation`, `coep`, `deprecation` ... */
  readonly type: string;
  /** The page's path; what looks like an id or a token in it is `*`. */
  readonly page: string;
  /** The directive, policy or feature that was broken. */
  readonly rule: string;
  /** The origin or scheme of what was blocked, or `inline`, `eval` and the like. */
  readonly blocked: string;
  readonly disposition: "enforce" | "report";
  /** Where the cause is: own path, other origin, or the scheme of an extension. */
  readonly source: string;
  /** True when a browser extension is the cause: nothing of the application's is broken. */
  readonly noise: boolean;
}

/** More in one body is no browser's. */
const MAX_PER_BODY = 20;

const TYPES = new Set([
  "csp-violation",
  "coop",
  "coep",
  "permissions-policy-violation",
  "document-policy-violation",
  "integrity-violation",
  "deprecation",
  "intervention",
  "crash",
]);

const EXTENSION =
  /^(?:chrome|moz|safari|safari-web|ms-browser|edge)-extension\b|^webkit-masked-url\b|^about\b/;

/**
 * Reads the reports out of a body in either wire format. Never throws; what is not a report of a page of `origin` is
 * left out.
 *
 * @see https://www.w3.org/TR/reporting-1/#serialize-reports and https://www.w3.org/TR/CSP3/#deprecated-serialize-violation
 */
export function parseReports(contentType: string, text: string, origin: string): readonly BrowserReport[] {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return [];
  }
  const items =
    contentType === "application/csp-report" ? [fromReportUri(body)] : Array.isArray(body) ? body : [];
  return items.slice(0, MAX_PER_BODY).flatMap((item: unknown) => readReport(item, origin) ?? []);
}

/** The old format has dashes where the new one has camel case. */
function fromReportUri(body: unknown): unknown {
  const report = isPlainObject(body) ? body["csp-report"] : undefined;
  if (!isPlainObject(report)) return undefined;
  return {
    type: "csp-violation",
    url: report["document-uri"],
    body: {
      effectiveDirective: report["effective-directive"] ?? report["violated-directive"],
      blockedURL: report["blocked-uri"],
      sourceFile: report["source-file"],
      disposition: report["disposition"],
    },
  };
}

function readReport(item: unknown, origin: string): BrowserReport | undefined {
  if (!isPlainObject(item) || typeof item["type"] !== "string" || !TYPES.has(item["type"])) return undefined;
  const page = ownPath(item["url"], origin);
  if (page === undefined) return undefined;
  const body = isPlainObject(item["body"]) ? item["body"] : {};
  const blocked = reach(body["blockedURL"], origin);
  const source = reach(body["sourceFile"], origin);
  const rule = word(
    body["effectiveDirective"] ?? body["policyId"] ?? body["featureId"] ?? body["id"] ?? body["reason"],
  );
  return {
    type: item["type"],
    // Five hundred kinds of reports, each with a directive of 64 KB behind its first word, would keep 32 MB.
    page: detach(page),
    rule: detach(rule),
    blocked: detach(blocked),
    disposition:
      body["disposition"] === "report" || body["disposition"] === "reporting" ? "report" : "enforce",
    source: detach(source),
    noise: EXTENSION.test(blocked) || EXTENSION.test(source),
  };
}

/** The path of one of our pages, or undefined for anybody else's: a page elsewhere cannot tell us about our policy. */
function ownPath(value: unknown, origin: string): string | undefined {
  const url = parseUrl(value);
  return url?.origin === origin ? withoutIds(url.pathname) : undefined;
}

/** `/reset/8f3k2m4n5b6v7c8x` would hand a token to whoever reads the reports. */
function withoutIds(path: string): string {
  const parts = path.slice(0, 512).split("/").slice(0, 8);
  return parts.map((part) => (isWords(part) ? part : "*")).join("/");
}

/** One in forty random ids of 22 characters has letters and dashes only; it has more capitals, or more in a row, than words. */
function isWords(part: string): boolean {
  if (!/^[A-Za-z_.-]{0,24}$/.test(part) || /[A-Za-z]{17}/.test(part)) return false;
  return part.replaceAll(/[^A-Z]/g, "").length <= 3;
}

/** What browsers write of an address that is not http: its scheme alone, without the colon. */
const SCHEMES = /^(?:data|blob|filesystem|about|javascript|mediastream|[a-z]+(?:-[a-z]+)?-extension)$/;

/** Where something came from, no closer than needed: own paths, other origins, bare schemes, or CSP's own words. */
function reach(value: unknown, origin: string): string {
  if (typeof value !== "string" || value === "") return "";
  const url = parseUrl(value);
  if (url === undefined) return SCHEMES.test(value) ? `${value}:` : word(value);
  // "blob:https://app.example/..." has our origin and is no file of ours.
  if (url.protocol === "blob:") return url.protocol;
  if (url.origin === origin) return withoutIds(url.pathname);
  return url.origin === "null" ? url.protocol.slice(0, 40) : url.origin.slice(0, 200);
}

function parseUrl(value: unknown): URL | undefined {
  return typeof value === "string" && value.length <= 4096 ? (URL.parse(value) ?? undefined) : undefined;
}

/** A word of the browser's; a client that writes markup or line breaks into it gets them taken out. */
function word(value: unknown): string {
  return typeof value === "string" ? (/^[\w-]+/.exec(value.trim())?.[0] ?? "").slice(0, 60) : "";
}
