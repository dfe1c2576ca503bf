import type { IncomingMessage, ServerResponse } from "node:http";
import helmet, { type HelmetOptions } from "helmet";
import { ConfigError } from "../errors/config-error.ts";
import { isPlainObject, readBoolean, readInteger, readOptions, wrongType } from "../internal/options.ts";
import { buildCsp, NONCE, printCsp, type CspOptions } from "./csp.ts";

export interface HeadersOptions {
  /** Changes to the default Content Security Policy. */
  readonly csp?: CspOptions;
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
  /** helmet's own options for the remaining headers. CSP and HSTS are set above. */
  readonly helmet?: Omit<HelmetOptions, "contentSecurityPolicy" | "strictTransportSecurity" | "hsts">;
}

/** A header that is the same in every answer. */
export type StaticHeader = readonly [name: string, value: string];

/** Everything that can be known before the first request. */
export interface HeaderPolicy {
  readonly common: readonly StaticHeader[];
  readonly hsts: string;
  /** The policy cut at its nonces: join the parts with a nonce in between. */
  readonly csp: Readonly<Record<"http" | "https", readonly string[]>>;
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
  const options = readOptions(input, ["csp", "hsts", "permissions", "helmet"], { call });
  const csp = printCsp(buildCsp(options["csp"], call));
  return {
    common: [
      ...captureHelmet(options["helmet"], call),
      ["Permissions-Policy", buildPermissions(options["permissions"], call)],
    ],
    hsts: buildHsts(options["hsts"], call),
    csp: { http: splitAtNonce(csp), https: splitAtNonce(upgrade(csp)) },
    staticCsp: { http: withoutNonce(csp), https: withoutNonce(upgrade(csp)) },
  };
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

/** helmet's headers, by running it once on a response that only takes notes. */
function captureHelmet(input: unknown, call: string): readonly StaticHeader[] {
  const given = input === undefined ? {} : input;
  if (!isPlainObject(given)) throw wrongType(given, "an object of helmet options", { call, path: "helmet" });
  for (const key of ["contentSecurityPolicy", "strictTransportSecurity", "hsts"]) {
    if (key in given) throw conflict(key, call);
  }
  const captured: StaticHeader[] = [];
  const res = {
    setHeader: (name: string, value: string) => captured.push([name, value]),
    removeHeader: () => undefined,
  };
  const options = {
    xFrameOptions: { action: "deny" },
    ...(given as HelmetOptions),
    contentSecurityPolicy: false,
    strictTransportSecurity: false,
  };
  helmet(options as HelmetOptions)(
    {} as IncomingMessage,
    res as unknown as ServerResponse,
    (error?: unknown) => {
      if (error instanceof Error) throw error;
    },
  );
  return captured;
}

function conflict(key: string, call: string): ConfigError {
  const own = key === "contentSecurityPolicy" ? "headers.csp" : "headers.hsts";
  return new ConfigError("HEADERS_CONFLICT", {
    what: `${call}: option "helmet.${key}" sets a header that "${own}" sets as well.`,
    why: "whichever is written last would win, and nobody reading the options could tell which.",
    fix: `move it to ${own}.`,
  });
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
  return `max-age=${maxAge}${subDomains ? "; includeSubDomains" : ""}${preload ? "; preload" : ""}`;
}
