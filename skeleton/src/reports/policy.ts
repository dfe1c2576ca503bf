import type { HeadersOptions } from "hauberk/headers";

/** What this application changes about the default headers; the command that proposes changes reads it too. */
export const HEADERS: Pick<HeadersOptions, "csp" | "cspCandidate"> = {
  // The pages have styles, drawings and forms. What has no directive of its own is not loaded at all.
  csp: { replace: { "default-src": ["'none'"], "connect-src": ["'self'"] } },
  // On trial: nothing here needs images in the address. When the reports stay silent, it moves to `csp`.
  cspCandidate: { remove: { "img-src": ["data:"] } },
};
