import type { RequestHandler } from "express";
import { ConfigError } from "../errors/config-error.ts";
import { readBoolean, readInteger, readOptions, readStringArray, received } from "../internal/options.ts";
import { dependOn } from "../internal/vary.ts";

export interface CorsOptions {
  /** The origins that may read the answers, exactly as browsers send them: `https://partner.example`. */
  readonly origins: readonly string[];
  /** Methods beyond GET, HEAD and POST. @default [] */
  readonly methods?: readonly string[];
  /** Request headers beyond the ones every page may send, such as `Content-Type` for JSON. @default [] */
  readonly headers?: readonly string[];
  /** Lets the answers be read that were asked for with the visitor's cookies. @default false */
  readonly credentials?: boolean;
  /** How long a browser keeps the answer to its preflight. @default 600 */
  readonly maxAgeSeconds?: number;
}

interface CorsPolicy {
  readonly origins: ReadonlySet<string>;
  readonly methods: string;
  readonly headers: string;
  readonly credentials: boolean;
  readonly maxAgeSeconds: string;
}

/**
 * Lets pages of other origins read the answers of a route. Mount it on that route, not on the app.
 *
 * It only lets an answer be read: a write from another origin is still refused by the CSRF check.
 *
 * @throws {ConfigError} `CORS_INVALID` for an origin no browser sends, `null` and `*` among them
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol ; OWASP ASVS 5.0 v5.0.0-3.4.2
 * @example app.all("/api/prices", cors({ origins: ["https://partner.example"] }), showPrices);
 */
export function cors(options: CorsOptions): RequestHandler {
  const policy = parseCorsOptions(options);
  return function corsMiddleware(req, res, next) {
    // Also without an Origin: a cache must not hand the answer for one origin to another.
    dependOn(req, res, "Origin");
    const { origin } = req.headers;
    if (!isAllowed(origin, policy)) return next();
    res.setHeader("Access-Control-Allow-Origin", origin);
    // The answer may be read there, so it may be loaded there.
    res.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
    if (policy.credentials) res.setHeader("Access-Control-Allow-Credentials", "true");
    const isPreflight =
      req.method === "OPTIONS" && req.headers["access-control-request-method"] !== undefined;
    if (!isPreflight) return next();
    dependOn(req, res, "Access-Control-Request-Method", "Access-Control-Request-Headers");
    res.setHeader("Access-Control-Allow-Methods", policy.methods);
    if (policy.headers !== "") res.setHeader("Access-Control-Allow-Headers", policy.headers);
    res.setHeader("Access-Control-Max-Age", policy.maxAgeSeconds);
    res.status(204).end();
  };
}

/** An exact match of what the browser sent; the allow-list is never a pattern, and nothing is reflected. */
function isAllowed(origin: string | undefined, policy: CorsPolicy): origin is string {
  return origin !== undefined && policy.origins.has(origin);
}

function parseCorsOptions(input: unknown): CorsPolicy {
  const call = "cors()";
  const options = readOptions(input, ["origins", "methods", "headers", "credentials", "maxAgeSeconds"], {
    call,
  });
  const list = (path: string): readonly string[] =>
    options[path] === undefined ? [] : readStringArray(options[path], { call, path });
  const origins = list("origins");
  if (origins.length === 0) throw invalid(`${call}: option "origins" is missing or empty`);
  for (const [index, origin] of origins.entries()) checkOrigin(origin, `${call}: origins[${index}]`);
  const [methods, headers] = [list("methods"), list("headers")];
  for (const word of [...methods, ...headers])
    if (!/^[\w!#$%&'+.^`|~-]+$/.test(word))
      throw invalid(`${call}: ${received(word)} is not a method or header name`);
  const lower = methods.find((method) => method !== method.toUpperCase());
  if (lower !== undefined)
    throw invalid(`${call}: ${received(lower)} is no method a browser sends; write it in capitals`);
  const range = { min: 0, max: 86_400, fallback: 600 };
  const maxAge = readInteger(options["maxAgeSeconds"], range, { call, path: "maxAgeSeconds" });
  return {
    origins: new Set(origins),
    methods: ["GET", "HEAD", "POST", ...methods].join(", "),
    headers: headers.join(", "),
    credentials: readBoolean(options["credentials"], false, { call, path: "credentials" }),
    maxAgeSeconds: String(maxAge),
  };
}

function checkOrigin(origin: string, place: string): void {
  // The URL parser lets "*" pass in a host, and it would never match.
  const serialized = origin.includes("*") ? undefined : URL.parse(origin)?.origin;
  if (serialized !== origin || !/^https?:/.test(origin))
    throw invalid(`${place} is ${received(origin)}, which is not an origin`);
}

function invalid(what: string): ConfigError {
  return new ConfigError("CORS_INVALID", {
    what: `${what}.`,
    why: 'browsers send scheme://host[:port]; "*" and "null" would let any page, or any sandboxed frame, read the answers.',
    fix: 'name the origins that may read, for example ["https://partner.example"].',
  });
}
