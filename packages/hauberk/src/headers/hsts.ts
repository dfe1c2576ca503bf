import { ConfigError } from "../errors/config-error.ts";
import { readBoolean, readInteger, readOptions, received, wrongType } from "../internal/options.ts";

/** How long browsers hold on to https, step by step; the last step asks to be built into them. */
const STEPS = {
  "five-minutes": 300,
  "one-day": 86_400,
  "one-year": 31_536_000,
  preload: 63_072_000,
} as const;

export type HstsStep = keyof typeof STEPS;

export interface HstsOptions {
  /**
   * Where on the ramp this host is: `"five-minutes"`, `"one-day"`, `"one-year"`, `"preload"`. Stay on each for longer
   * than it lasts. In place of `maxAgeSeconds` and `preload`.
   */
  readonly step?: HstsStep;
  /** @default 63_072_000 (two years) */
  readonly maxAgeSeconds?: number;
  /** @default true */
  readonly includeSubDomains?: boolean;
  /** Asks browsers' makers to build the host in; hard to take back. @default false */
  readonly preload?: boolean;
}

/** The header, and whether it asks for the browsers' list. */
export interface HstsPolicy {
  readonly value: string;
  readonly preload: boolean;
}

/** @throws {ConfigError} `HSTS_PRELOAD_UNMET`, `HEADERS_CONFLICT`, `OPTION_UNKNOWN`, `OPTION_RANGE`, `OPTION_TYPE` */
export function buildHsts(input: unknown, call: string): HstsPolicy {
  const path = "hsts";
  const known = ["step", "maxAgeSeconds", "includeSubDomains", "preload"];
  const options = readOptions(input, known, { call, path });
  const step = readStep(options, call);
  const range = { min: 0, max: 63_072_000, fallback: step === undefined ? 63_072_000 : STEPS[step] };
  const maxAge = readInteger(options["maxAgeSeconds"], range, { call, path: `${path}.maxAgeSeconds` });
  const flag = (name: string, fallback: boolean): boolean =>
    readBoolean(options[name], fallback, { call, path: `${path}.${name}` });
  const subDomains = flag("includeSubDomains", true);
  const preload = flag("preload", step === "preload");
  if (preload && !(subDomains && maxAge >= STEPS["one-year"])) throw preloadUnmet(maxAge, subDomains, call);
  const value = `max-age=${maxAge}${subDomains ? "; includeSubDomains" : ""}${preload ? "; preload" : ""}`;
  return { value, preload };
}

function readStep(options: Readonly<Record<string, unknown>>, call: string): HstsStep | undefined {
  const { step } = options;
  if (step === undefined) return undefined;
  if (typeof step !== "string" || !Object.hasOwn(STEPS, step))
    throw wrongType(step, `one of ${Object.keys(STEPS).join(", ")}`, { call, path: "hsts.step" });
  const other = ["maxAgeSeconds", "preload"].find((name) => options[name] !== undefined);
  if (other === undefined) return step as HstsStep;
  throw new ConfigError("HEADERS_CONFLICT", {
    what: `${call}: options "hsts.step" (${received(step)}) and "hsts.${other}" say the same thing twice.`,
    why: "whichever won, half of the people who read the options would expect the other.",
    fix: `leave "hsts.${other}" out, or the step.`,
  });
}

/** @see https://hstspreload.org */
function preloadUnmet(maxAge: number, subDomains: boolean, call: string): ConfigError {
  const unmet = subDomains ? `"hsts.maxAgeSeconds" is ${maxAge}` : '"hsts.includeSubDomains" is false';
  return new ConfigError("HSTS_PRELOAD_UNMET", {
    what: `${call}: option "hsts.preload" is true, but ${unmet}.`,
    why: "the browsers' list takes a host in only with all subdomains and for at least a year (31536000 seconds).",
    fix: 'raise the age step by step first ("five-minutes", "one-day", "one-year"), then set step: "preload".',
  });
}
