import type { HeadersOptions } from "hauberk/headers";

/** What this application changes about the default headers; the command that proposes changes reads it too. */
export const HEADERS: Pick<HeadersOptions, "csp" | "cspCandidate"> = {
  // On trial: nothing here needs images in the address. When the reports stay silent, it moves to `csp`.
  cspCandidate: { remove: { "img-src": ["data:"] } },
};
