import { called, type Prototypes } from "./exchange.ts";

/** The usual limits are 5 to 1,000 a window. */
const MAX_CALLS = 1_050;
const DEADLINE_MS = 1_000;
/** Kept for documentation (RFC 5737): nobody has it, so nobody is turned away for what is counted here. */
const ADDRESS = "203.0.113.77";
const SPEAKS_OF_LIMITS = /\b429\b|rate.?limit|too.?many|throttl|limiter|\bconsume\b|retry-after|brute/i;
const LIMIT_HEADERS = ["ratelimit", "ratelimit-policy", "ratelimit-limit", "x-ratelimit-limit"];
const REQUEST = { method: "POST", headers: {}, address: ADDRESS };

/** Whether a package's function may be a limiter that no table names. */
export function mayLimit(fn: unknown, pkg: string | undefined): boolean {
  if (typeof fn !== "function" || fn.length !== 3 || pkg === undefined) return false;
  return SPEAKS_OF_LIMITS.test(`${pkg} ${Function.prototype.toString.call(fn)}`);
}

/**
 * Whether it announces a limit, or lets an address pass at first and answers 429 to it in the end.
 * Only the first is looked for where the app goes on living in this process.
 */
export async function limitsRequests(
  fn: unknown,
  prototypes: Prototypes,
  mayExhaust: boolean,
): Promise<boolean> {
  const first = await called(fn, prototypes, REQUEST);
  if (first.outcome !== "passed") return false;
  if (LIMIT_HEADERS.some((name) => first.response.hasHeader(name))) return true;
  return mayExhaust && endsIn429(fn, prototypes);
}

async function endsIn429(fn: unknown, prototypes: Prototypes): Promise<boolean> {
  const until = Date.now() + DEADLINE_MS;
  for (let call = 1; call < MAX_CALLS && Date.now() < until; call += 1) {
    const { outcome } = await called(fn, prototypes, REQUEST);
    if (outcome === 429) return true;
    // It refuses for another reason, or waits for something that is not there.
    if (outcome !== "passed") return false;
  }
  return false;
}
