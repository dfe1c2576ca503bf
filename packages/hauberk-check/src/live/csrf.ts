export type CsrfVerdict = "refused" | "accepted" | "undecided";

/** What one unsafe request got: with a foreign Origin and no token, and as the app's own page would send it. */
export interface CsrfFacts {
  readonly foreign: number;
  readonly own: number;
}

const REFUSALS: ReadonlySet<number> = new Set([403, 419, 421]);

/** Decides what two statuses say about protection against forged requests. Pure. */
export function decideCsrf({ foreign, own }: CsrfFacts): CsrfVerdict {
  if (REFUSALS.has(foreign)) return "refused";
  // An error of the server, or a path that answers nobody, shows nothing.
  if (foreign >= 500 || foreign === 404 || foreign === 405 || foreign === 415 || foreign === 429)
    return "undecided";
  if (own === foreign) return "accepted";
  return foreign >= 400 ? "refused" : "undecided";
}
