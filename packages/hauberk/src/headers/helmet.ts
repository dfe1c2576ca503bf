import type { IncomingMessage, ServerResponse } from "node:http";
import helmet, { type HelmetOptions } from "helmet";
import { ConfigError } from "../errors/config-error.ts";
import { describe, readOptions } from "../internal/options.ts";

/** A header that is the same in every answer. */
export type StaticHeader = readonly [name: string, value: string];

/** helmet's options. What concerns CSP, HSTS, COEP and framing is read by helmet-own.ts; X-Powered-By is always removed. */
export type HelmetSettings = Omit<HelmetOptions, "xPoweredBy" | "hidePoweredBy">;

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

/** Read only by browsers that are out of support; docs/decisions/0030-headers-nobody-reads-are-not-sent.md. */
const NOT_SENT = [
  ["xDownloadOptions", "ieNoOpen"],
  ["xXssProtection", "xssFilter"],
] as const;

/**
 * helmet's headers, by running it once on a response that only takes notes.
 *
 * @throws {ConfigError} `OPTION_UNKNOWN`, `OPTION_TYPE` for what helmet itself refuses
 */
export function captureHelmet(
  input: unknown,
  frameOptions: "DENY" | "SAMEORIGIN" | undefined,
  call: string,
): readonly StaticHeader[] {
  const place = { call, path: "helmet" };
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
