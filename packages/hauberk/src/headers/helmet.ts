import type { IncomingMessage, ServerResponse } from "node:http";
import helmet, { type HelmetOptions } from "helmet";
import { ConfigError } from "../errors/config-error.ts";
import { describe, isPlainObject, readOptions } from "../internal/options.ts";

/** A header that is the same in every answer. */
export type StaticHeader = readonly [name: string, value: string];

export type HelmetSettings = Omit<HelmetOptions, keyof typeof OWN>;

/** What helmet could set as well, and the option that sets it here. */
const OWN = {
  contentSecurityPolicy: "headers.csp",
  strictTransportSecurity: "headers.hsts",
  hsts: "headers.hsts",
  crossOriginEmbedderPolicy: "headers.crossOriginIsolation",
  xFrameOptions: 'headers.csp, as "frame-ancestors"',
  frameguard: 'headers.csp, as "frame-ancestors"',
  xPoweredBy: "nothing: it is always removed",
  hidePoweredBy: "nothing: it is always removed",
} as const;

const KNOWN = [
  "crossOriginOpenerPolicy",
  "crossOriginResourcePolicy",
  "originAgentCluster",
  "referrerPolicy",
  "xContentTypeOptions",
  "noSniff",
  "xDnsPrefetchControl",
  "dnsPrefetchControl",
  "xDownloadOptions",
  "ieNoOpen",
  "xPermittedCrossDomainPolicies",
  "permittedCrossDomainPolicies",
  "xXssProtection",
  "xssFilter",
] as const;

/** Read only by browsers that are out of support; docs/decisions/headers-not-sent.md. */
const NOT_SENT = [
  ["xDownloadOptions", "ieNoOpen"],
  ["xXssProtection", "xssFilter"],
] as const;

/**
 * helmet's headers, by running it once on a response that only takes notes.
 *
 * @throws {ConfigError} `HEADERS_CONFLICT`, `OPTION_UNKNOWN`, `OPTION_TYPE` for what helmet itself refuses
 */
export function captureHelmet(
  input: unknown,
  frameOptions: "DENY" | "SAMEORIGIN" | undefined,
  call: string,
): readonly StaticHeader[] {
  const place = { call, path: "helmet" };
  if (isPlainObject(input)) for (const key of Object.keys(input)) if (key in OWN) throw conflict(key, call);
  const given = readOptions(input, KNOWN, place);
  const off = NOT_SENT.filter((names) => !names.some((name) => name in given));
  const options: object = {
    ...given,
    ...(Object.fromEntries(off.map(([name]) => [name, false])) as Record<string, boolean>),
    contentSecurityPolicy: false,
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: false,
    xFrameOptions: frameOptions === undefined ? false : { action: frameOptions.toLowerCase() },
  };
  try {
    return run(options);
  } catch (cause) {
    throw refusedByHelmet(describe(place), cause);
  }
}

function run(options: HelmetOptions): readonly StaticHeader[] {
  const captured: StaticHeader[] = [];
  const res = {
    setHeader: (name: string, value: string) => captured.push([name, value]),
    removeHeader: () => undefined,
  };
  helmet(options)({} as IncomingMessage, res as unknown as ServerResponse, (error?: unknown) => {
    if (error instanceof Error) throw error;
  });
  return captured;
}

function conflict(key: string, call: string): ConfigError {
  const own = OWN[key as keyof typeof OWN];
  return new ConfigError("HEADERS_CONFLICT", {
    what: `${call}: option "helmet.${key}" sets a header that belongs to ${own}.`,
    why: "whichever is written last would win, and nobody reading the options could tell which.",
    fix: `leave it out here and use ${own}.`,
  });
}

function refusedByHelmet(place: string, cause: unknown): ConfigError {
  const words = cause instanceof Error ? cause.message : String(cause);
  return new ConfigError(
    "OPTION_TYPE",
    {
      what: `${place} is refused by helmet: ${words}`,
      why: "a header with another value than the standard's is ignored by browsers.",
      fix: "see https://helmetjs.github.io for the values of each option.",
    },
    { cause },
  );
}
