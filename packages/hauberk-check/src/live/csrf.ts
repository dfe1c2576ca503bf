import { isAlike } from "./alike.ts";
import type { Answer } from "./facts.ts";

export type CsrfVerdict = "refused" | "accepted" | "undecided";

type Outcome = Pick<Answer, "status" | "headers" | "body">;

const REFUSALS: ReadonlySet<number> = new Set([403, 419, 421]);
/** An error of the server, a path that answers nobody, a type nobody takes, a rate limit: these show nothing. */
const SILENT: ReadonlySet<number> = new Set([404, 405, 415, 429]);

/**
 * Decides what two answers say about protection against forged requests: to the forged one, and to the one the app's own
 * page would send. Pure.
 */
export function decideCsrf(forged: Outcome, own: Outcome): CsrfVerdict {
  if (isPlainRefusal(forged)) return "refused";
  if (forged.status >= 500 || SILENT.has(forged.status)) return "undecided";
  if (forged.status !== own.status) return forged.status >= 400 ? "refused" : "undecided";
  // "/login?error=csrf" is a refusal in the clothes of a redirect.
  if (forged.headers.get("location") !== own.headers.get("location")) return "undecided";
  return isAlike(forged.body, own.body) ? "accepted" : "undecided";
}

/** A status that protection answers with and that nothing else does to a form. */
export const isPlainRefusal = (forged: Pick<Outcome, "status">): boolean => REFUSALS.has(forged.status);

/** Without the own request to compare with, only a refusal says something. */
export function isRefusal(forged: Pick<Outcome, "status">): boolean {
  return forged.status >= 400 && forged.status < 500 && !SILENT.has(forged.status);
}
