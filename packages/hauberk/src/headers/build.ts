import { ConfigError } from "../errors/config-error.ts";
import { readBoolean, readOptions, wrongType } from "../internal/options.ts";
import { buildCsp, NONCE, printCsp, type Csp, type CspOptions } from "./csp.ts";
import type { ReportCollector } from "./reports/collector.ts";
import { translateHelmet } from "./helmet-own.ts";
import { captureHelmet, type HelmetSettings, type StaticHeader } from "./helmet.ts";
import { buildHsts, type HstsOptions, type HstsPolicy } from "./hsts.ts";
import { buildPermissions, type PermissionAllowed } from "./permissions.ts";

export interface HeadersOptions {
  /** Changes to the default Content Security Policy. */
  readonly csp?: CspOptions;
  /**
   * Changes to try out: the policy with them is sent beside the enforced one, reported and not enforced. Needs `reports`.
   */
  readonly cspCandidate?: CspOptions;
  /** Where browsers send what they blocked; see `reportCollector()`. */
  readonly reports?: ReportCollector;
  /** How long browsers hold on to https; `{ step: "five-minutes" }` to begin with. */
  readonly hsts?: HstsOptions;
  /** Features pages may use, by their Permissions-Policy name, such as `{ camera: "self" }`. All others are off. */
  readonly permissions?: Readonly<Record<string, PermissionAllowed>>;
  /**
   * Keeps pages in a process of their own that nothing of another origin gets into unless it asks to be (COOP and COEP).
   * On, the browser also blocks images, scripts and frames of other origins that do not send CORP or CORS headers.
   * @default true as long as the policy names no other origin
   */
  readonly crossOriginIsolation?: boolean;
  /** helmet's own options. What one of the options above says may not be said here as well. */
  readonly helmet?: HelmetSettings;
}

/** The headers that are the same in every answer over one scheme, as `writeHead` takes them. */
export interface PreparedHeaders {
  /** Name, value, name, value. */
  readonly block: readonly string[];
  /** The names in lower case, in the same order. */
  readonly keys: ReadonlySet<string>;
}

/** A policy as it is sent. */
export interface CompiledCsp {
  /** The policy before it was printed, for routes that change it. */
  readonly directives: Csp;
  /** The policy cut at its nonces: join the parts with a nonce in between. */
  readonly csp: Readonly<Record<"http" | "https", readonly string[]>>;
  /** The same for cacheable answers, which must not hold a nonce. */
  readonly staticCsp: Readonly<Record<"http" | "https", string>>;
  /** What is reported and not enforced, cut at its nonces as well; undefined without a collector. */
  readonly reportOnlyCsp: Readonly<Record<"http" | "https", readonly string[]>> | undefined;
  /** Both for a page that did not ask for the nonce and may be stored: what needs the nonce does not run there. */
  readonly withoutNonce: {
    readonly csp: Readonly<Record<"http" | "https", string>>;
    readonly reportOnlyCsp: Readonly<Record<"http" | "https", string>> | undefined;
  };
}

/** Everything that can be known before the first request. */
export interface HeaderPolicy extends CompiledCsp {
  readonly common: readonly StaticHeader[];
  readonly hsts: HstsPolicy;
  readonly prepared: Readonly<Record<"http" | "https", PreparedHeaders>>;
  /** What is on trial beside it; without directives when nothing is. */
  readonly candidate: Csp;
  /** What `candidate` changes, for routes with a policy of their own. */
  readonly trial: Trial;
  readonly reports: ReportCollector | undefined;
}

/**
 * Builds the header set once, at start: helmet's headers are captured, not recomputed for each request.
 *
 * @throws {ConfigError} `CSP_INVALID`, `HEADERS_CONFLICT`, `OPTION_UNKNOWN`, `OPTION_RANGE`
 * @see https://owasp.org/www-project-secure-headers/
 */
export function buildHeaders(input: unknown, call = "headers()"): HeaderPolicy {
  const options = translateHelmet(readOptions(input, KNOWN, { call }), call);
  const csp = buildCsp(options["csp"], call);
  const reports = readReports(options["reports"], call);
  const trial = buildTrial(options["cspCandidate"], reports, call);
  const common: readonly StaticHeader[] = [
    ...captureHelmet(options["helmet"], frameOptions(csp), call),
    ...isolation(options["crossOriginIsolation"], csp, call),
    ["Permissions-Policy", buildPermissions(options["permissions"], call)],
  ];
  const secure = reports === undefined ? common : withReporting(common, reports);
  const hsts = buildHsts(options["hsts"], call);
  return {
    common,
    hsts,
    prepared: {
      http: prepare(common),
      https: prepare([...secure, ["Strict-Transport-Security", hsts.value]]),
    },
    candidate: trial(csp, "refuse"),
    trial,
    reports,
    ...compileCsp(csp, trial, reports),
  };
}

/** From the enforced policy to the one that is only reported. */
type Trial = (csp: Csp, missing: "refuse" | "ignore") => Csp;

export function compileCsp(csp: Csp, trial: Trial, reports: ReportCollector | undefined): CompiledCsp {
  const candidate = trial(csp, "ignore");
  const enforced = inBothSchemes(csp, reports, upgrade);
  const onTrial = candidate.size === 0 ? undefined : inBothSchemes(candidate, reports);
  return {
    directives: csp,
    csp: { http: splitAtNonce(enforced.http), https: splitAtNonce(enforced.https) },
    staticCsp: { http: withoutNonce(enforced.http), https: withoutNonce(enforced.https) },
    reportOnlyCsp: onTrial && { http: splitAtNonce(onTrial.http), https: splitAtNonce(onTrial.https) },
    withoutNonce: {
      csp: inBothSchemes(withNothingNonced(csp), reports, upgrade),
      reportOnlyCsp: onTrial && inBothSchemes(withNothingNonced(candidate), reports),
    },
  };
}

function inBothSchemes(
  csp: Csp,
  reports: ReportCollector | undefined,
  change: (text: string) => string = (text) => text,
): Readonly<Record<"http" | "https", string>> {
  const text = printCsp(csp);
  return { http: text + reportTo(reports, "http"), https: change(text + reportTo(reports, "https")) };
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

/**
 * Two ways to say where to: report-to for browsers with the Reporting API, report-uri for the others. A browser that reads
 * the first one ignores the second, and sends nothing from a page over plain http: on localhost only the old way works.
 */
function reportTo(reports: ReportCollector | undefined, scheme: "http" | "https"): string {
  if (reports === undefined) return "";
  const old = `; report-uri ${reports.path}`;
  return scheme === "http" ? old : `${old}; report-to ${ENDPOINT}`;
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
function buildTrial(input: unknown, reports: ReportCollector | undefined, call: string): Trial {
  if (reports === undefined) {
    if (input === undefined) return () => new Map();
    throw new ConfigError("CSP_INVALID", {
      what: `${call}: option "cspCandidate" is given without "reports".`,
      why: "a policy that is only reported does nothing when nobody takes the reports.",
      fix: "headers: { reports: reportCollector(), cspCandidate: { ... } }.",
    });
  }
  return (csp, missing) => {
    const candidate = new Map(input === undefined ? [] : buildCsp(input, call, csp, missing));
    if (!csp.has("require-trusted-types-for")) candidate.set("require-trusted-types-for", ["'script'"]);
    return candidate;
  };
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
  return { block: headers.flat(), keys: new Set(headers.map(([name]) => name.toLowerCase())) };
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

/** Beside `strict-dynamic` hosts do not count, so that without the nonce only hashes are left, or nothing. */
function withNothingNonced(csp: Csp): Csp {
  const directives = [...csp].map(([name, sources]): readonly [string, readonly string[]] => {
    if (!sources.includes(NONCE)) return [name, sources];
    const left = sources.filter((source) => source !== NONCE);
    const isOff = left.includes("'strict-dynamic'") && !left.some((source) => source.startsWith("'sha"));
    return [name, isOff || left.length === 0 ? ["'none'"] : left];
  });
  return new Map(directives);
}

/** Without a nonce `strict-dynamic` would forbid every script: cacheable pages fall back to 'self'. */
function withoutNonce(csp: string): string {
  return csp.replaceAll(` ${NONCE}`, "").replaceAll(" 'strict-dynamic'", "");
}
