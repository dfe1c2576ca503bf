import { called, type Prototypes } from "./exchange.ts";

/** Packages that only write headers: safe to call. */
const HEADER_PACKAGES =
  /helmet|lusca|hsts|frameguard|sniff|nocache|referrer|permissions-policy|feature-policy|content-security|csp|x-xss|ienoopen|dns-prefetch|powered-by|expect-ct|secur(?:e|ity)-headers|hpkp|crossdomain/;
/** Functions that write headers among other things keep state, or would answer the mock request. */
const STATEFUL =
  /^(?:express-session|cookie-session|serve-static|send|compression|morgan|on-headers|csurf|express-rate-limit|passport|multer|method-override|serve-index|body-parser|connect|cors|errorhandler|serve-favicon|express|router)$/;
const WRITES_HEADERS = /\b(?:setHeader|removeHeader)\s*\(|\bres(?:ponse)?\.(?:set|header)\s*\(/;

export interface Behaviour {
  readonly headers: Readonly<Record<string, string>>;
  readonly removesPoweredBy: boolean;
}

/** Whether calling the function shows something that cannot be seen otherwise, and does no harm. */
export function worthCalling(fn: unknown, pkg: string | undefined): boolean {
  if (typeof fn !== "function") return false;
  if (fn.length > 3 || fn.length < 2) return false;
  if (pkg === undefined) return WRITES_HEADERS.test(Function.prototype.toString.call(fn));
  if (STATEFUL.test(pkg)) return false;
  return HEADER_PACKAGES.test(pkg) || WRITES_HEADERS.test(Function.prototype.toString.call(fn));
}

/** Whether a package's function may be protection against forged requests that no table names. */
export function mayRefuseForged(fn: unknown, pkg: string | undefined): boolean {
  if (typeof fn !== "function" || fn.length !== 3 || pkg === undefined || STATEFUL.test(pkg)) return false;
  return /sec-fetch-site|csrf|xsrf|\borigin\b/i.test(Function.prototype.toString.call(fn));
}

/** Calls a middleware with a request that goes nowhere, and looks at the headers of its answer. */
export async function behaviourOf(fn: unknown, prototypes: Prototypes): Promise<Behaviour | undefined> {
  const { outcome, response } = await called(fn, prototypes, { method: "GET", headers: {} });
  // One that answers or fails instead of passing the request on shows the headers of a refusal, not of every answer.
  if (outcome !== "passed") return undefined;
  const { "x-powered-by": poweredBy, ...headers } = response.getHeaders();
  const texts = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(", ") : String(value),
  ]);
  return {
    headers: Object.fromEntries(texts) as Record<string, string>,
    removesPoweredBy: poweredBy === undefined,
  };
}

const FORGED = {
  origin: "https://hauberk-check.example",
  "sec-fetch-site": "cross-site",
  cookie: "sid=hauberk-check",
  "content-type": "application/x-www-form-urlencoded",
};

/** Whether it lets a GET pass and answers 403 to a POST that another site sent without a token. */
export async function refusesForged(fn: unknown, prototypes: Prototypes): Promise<boolean> {
  const own = await called(fn, prototypes, { method: "GET", headers: {} });
  if (own.outcome !== "passed") return false;
  const forged = await called(fn, prototypes, { method: "POST", headers: FORGED });
  return forged.outcome === 403;
}
