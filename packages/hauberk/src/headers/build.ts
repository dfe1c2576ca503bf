import { ConfigError } from "../errors/config-error.ts";
import { isPlainObject, readBoolean, readInteger, readOptions, wrongType } from "../internal/options.ts";
import { buildCsp, NONCE, printCsp, type Csp, type CspOptions } from "./csp.ts";
import type { ReportCollector } from "./reports/collector.ts";
import { captureHelmet, type HelmetSettings, type StaticHeader } from "./helmet.ts";

export interface HeadersOptions {
  /** Changes to the default Content Security Policy. */
  readonly csp?: CspOptions;
  /**
   * Changes to try out: the policy with them is sent beside the enforced one, reported and not enforced. Needs `reports`.
   */
  readonly cspCandidate?: CspOptions;
  /** Where browsers send what they blocked; see `reportCollector()`. */
  readonly reports?: ReportCollector;
  readonly hsts?: {
    /** @default 63_072_000 (two years) */
    readonly maxAgeSeconds?: number;
    /** @default true */
    readonly includeSubDomains?: boolean;
    /** Asks browsers' makers to build the host in; hard to take back. @default false */
    readonly preload?: boolean;
  };
  /** Features pages may use, by their Permissions-Policy name, such as `{ camera: "self" }`. All others are off. */
  readonly permissions?: Readonly<Record<string, "self">>;
  /**
   * Keeps pages in a process of their own that nothing of another origin gets into unless it asks to be (COOP and COEP).
   * On, the browser also blocks images, scripts and frames of other origins that do not send CORP or CORS headers.
   * @default true as long as the policy names no other origin
   */
  readonly crossOriginIsolation?: boolean;
  /** helmet's own options for the remaining headers. CSP, HSTS, COEP and framing are set above. */
  readonly helmet?: HelmetSettings;
}

/** The headers that are the same in every answer over one scheme, as `writeHead` takes them. */
export interface PreparedHeaders {
  /** Name, value, name, value. */
  readonly block: readonly string[];
  /** The names in lower case. */
  readonly keys: readonly string[];
}

/** Everything that can be known before the first request. */
export interface HeaderPolicy {
  readonly common: readonly StaticHeader[];
  readonly hsts: string;
  readonly prepared: Readonly<Record<"http" | "https", PreparedHeaders>>;
  /** The policy cut at its nonces: join the parts with a nonce in between. */
  readonly csp: Readonly<Record<"http" | "https", readonly string[]>>;
  /** What is reported and not enforced, cut at its nonces as well; undefined without a collector. */
  readonly reportOnlyCsp: readonly string[] | undefined;
  /** The policy before it was printed, for routes that change it. */
  readonly directives: Csp;
  readonly reports: ReportCollector | undefined;
  /** The same for cacheable answers, which must not hold a nonce. */
  readonly staticCsp: Readonly<Record<"http" | "https", string>>;
}

/** Features no page of an ordinary application needs; a page with an injected script should not have them either. */
const PERMISSIONS_OFF = [
  "accelerometer",
  "autoplay",
  "camera",
  "display-capture",
  "encrypted-media",
  "fullscreen",
  "geolocation",
  "gyroscope",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "picture-in-picture",
  "publickey-credentials-get",
  "screen-wake-lock",
  "usb",
  "web-share",
  "xr-spatial-tracking",
] as const;

/**
 * Builds the header set once, at start: helmet's headers are captured, not recomputed for each request.
 *
 * @throws {ConfigError} `CSP_INVALID`, `HEADERS_CONFLICT`, `OPTION_UNKNOWN`, `OPTION_RANGE`
 * @see https://owasp.org/www-project-secure-headers/
 */
export function buildHeaders(input: unknown, call = "headers()"): HeaderPolicy {
  const options = readOptions(input, KNOWN, { call });
  const csp = buildCsp(options["csp"], call);
  const reports = readReports(options["reports"], call);
  const common: readonly StaticHeader[] = [
    ...captureHelmet(options["helmet"], frameOptions(csp), call),
    ...isolation(options["crossOriginIsolation"], csp, call),
    ["Permissions-Policy", buildPermissions(options["permissions"], call)],
  ];
  const reported = reports === undefined ? common : withReporting(common, reports);
  const hsts = buildHsts(options["hsts"], call);
  return {
    common: reported,
    hsts,
    prepared: {
      http: prepare(reported),
      https: prepare([...reported, ["Strict-Transport-Security", hsts]]),
    },
    directives: csp,
    reports,
    reportOnlyCsp: buildReportOnly(options["cspCandidate"], csp, reports, call),
    ...compileCsp(csp, reports),
  };
}

/** A policy as it is sent. */
export type CompiledCsp = Pick<HeaderPolicy, "csp" | "staticCsp">;

export function compileCsp(csp: Csp, reports: ReportCollector | undefined): CompiledCsp {
  const text = printCsp(csp) + reportTo(reports);
  return {
    csp: { http: splitAtNonce(text), https: splitAtNonce(upgrade(text)) },
    staticCsp: { http: withoutNonce(text), https: withoutNonce(upgrade(text)) },
  };
}

const KNOWN = [
  "csp",
  "cspCandidate",
  "reports",
  "hsts",
  "permissions",
  "crossOriginIsolation",
  "helmet",
] as const;

function readReports(value: unknown, call: string): ReportCollector | undefined {
  if (value === undefined) return undefined;
  const collector = value as Partial<ReportCollector>;
  if (typeof value === "object" && value !== null && typeof collector.middleware === "function")
    return value as ReportCollector;
  throw wrongType(value, "what reportCollector() returns", { call, path: "reports" });
}

/** Two ways to say where to: report-to for browsers with the Reporting API, report-uri for the others. */
function reportTo(reports: ReportCollector | undefined): string {
  return reports === undefined ? "" : `; report-uri ${reports.path}; report-to ${ENDPOINT}`;
}

/** The name that deprecations, interventions, crashes and Permissions-Policy are reported to as well. */
const ENDPOINT = "default";

function withReporting(common: readonly StaticHeader[], reports: ReportCollector): readonly StaticHeader[] {
  const headers = common.map(([name, value]): StaticHeader => {
    const reportsToo = name === "Cross-Origin-Opener-Policy" || name === "Cross-Origin-Embedder-Policy";
    return [name, reportsToo ? `${value}; report-to="${ENDPOINT}"` : value];
  });
  return [...headers, ["Reporting-Endpoints", `${ENDPOINT}="${reports.path}"`]];
}

/** Trusted Types are always among it: a page that would break under them is found before they are enforced. */
function buildReportOnly(
  input: unknown,
  csp: Csp,
  reports: ReportCollector | undefined,
  call: string,
): readonly string[] | undefined {
  if (reports === undefined) {
    if (input === undefined) return undefined;
    throw new ConfigError("CSP_INVALID", {
      what: `${call}: option "cspCandidate" is given without "reports".`,
      why: "a policy that is only reported does nothing when nobody takes the reports.",
      fix: "headers: { reports: reportCollector(), cspCandidate: { ... } }.",
    });
  }
  const candidate =
    input === undefined ? new Map<string, readonly string[]>() : new Map(buildCsp(input, call, csp));
  if (!csp.has("require-trusted-types-for")) candidate.set("require-trusted-types-for", ["'script'"]);
  return candidate.size === 0 ? undefined : splitAtNonce(printCsp(candidate) + reportTo(reports));
}

/** For browsers that do not know frame-ancestors; where it names hosts there is no value that says the same. */
function frameOptions(csp: Csp): "DENY" | "SAMEORIGIN" | undefined {
  const ancestors = csp.get("frame-ancestors")?.join(" ");
  if (ancestors === "'none'") return "DENY";
  return ancestors === "'self'" ? "SAMEORIGIN" : undefined;
}

function isolation(input: unknown, csp: Csp, call: string): readonly StaticHeader[] {
  const isOn = readBoolean(input, !namesOthers(csp), { call, path: "crossOriginIsolation" });
  return isOn ? [["Cross-Origin-Embedder-Policy", "require-corp"]] : [];
}

/** True when the policy lets something of another origin into a page. */
function namesOthers(csp: Csp): boolean {
  const loads = [...csp].filter(([name]) => name.endsWith("-src") && name !== "connect-src");
  return loads.some(([, sources]) => sources.some((source) => !/^(?:'.*'|data:|blob:)$/.test(source)));
}

function prepare(headers: readonly StaticHeader[]): PreparedHeaders {
  return { block: headers.flat(), keys: headers.map(([name]) => name.toLowerCase()) };
}

/** Over plain http it would send a development page's own files to a port where nobody listens. */
function upgrade(csp: string): string {
  return `${csp}; upgrade-insecure-requests`;
}

function splitAtNonce(csp: string): readonly string[] {
  const parts = csp.split(NONCE);
  return parts.map(
    (part, index) => (index === 0 ? part : `'${part}`) + (index === parts.length - 1 ? "" : "'nonce-"),
  );
}

/** Without a nonce `strict-dynamic` would forbid every script: cacheable pages fall back to 'self'. */
function withoutNonce(csp: string): string {
  return csp.replaceAll(` ${NONCE}`, "").replaceAll(" 'strict-dynamic'", "");
}

function buildPermissions(input: unknown, call: string): string {
  const allowed = input === undefined ? {} : input;
  if (!isPlainObject(allowed))
    throw wrongType(allowed, "an object of features", { call, path: "permissions" });
  for (const [feature, who] of Object.entries(allowed)) {
    const wellFormed = /^[a-z][a-z-]*$/.test(feature) && who === "self";
    if (!wellFormed) throw wrongType(who, '"self"', { call, path: `permissions.${feature.slice(0, 60)}` });
  }
  const features = [...new Set([...PERMISSIONS_OFF, ...Object.keys(allowed)])];
  return features.map((feature) => `${feature}=${feature in allowed ? "(self)" : "()"}`).join(", ");
}

function buildHsts(input: unknown, call: string): string {
  const path = "hsts";
  const options = readOptions(input, ["maxAgeSeconds", "includeSubDomains", "preload"], { call, path });
  const range = { min: 0, max: 63_072_000, fallback: 63_072_000 };
  const maxAge = readInteger(options["maxAgeSeconds"], range, { call, path: `${path}.maxAgeSeconds` });
  const subDomains = readBoolean(options["includeSubDomains"], true, {
    call,
    path: `${path}.includeSubDomains`,
  });
  const preload = readBoolean(options["preload"], false, { call, path: `${path}.preload` });
  if (preload && !(subDomains && maxAge >= YEAR_SECONDS)) throw preloadUnmet(maxAge, subDomains, call);
  return `max-age=${maxAge}${subDomains ? "; includeSubDomains" : ""}${preload ? "; preload" : ""}`;
}

const YEAR_SECONDS = 31_536_000;

/** @see https://hstspreload.org */
function preloadUnmet(maxAge: number, subDomains: boolean, call: string): ConfigError {
  const unmet = subDomains ? `"hsts.maxAgeSeconds" is ${maxAge}` : '"hsts.includeSubDomains" is false';
  return new ConfigError("HSTS_PRELOAD_UNMET", {
    what: `${call}: option "hsts.preload" is true, but ${unmet}.`,
    why: "the browsers' list takes a host in only with all subdomains and for at least a year (31536000 seconds).",
    fix: "raise the age step by step first (5 minutes, a day, a year), then set preload.",
  });
}
