/** Header values exactly as received, and the origin this request was sent to. */
export interface CsrfFacts {
  readonly method: string;
  readonly secFetchSite: string | undefined;
  readonly origin: string | undefined;
  /** The canonical origin the Host header named, such as `https://app.example`. */
  readonly canonicalOrigin: string;
  /** True when the request carries any cookie: somebody's browser may be speaking for them. */
  readonly hasCookies: boolean;
}

/** What of the policy the decision needs. */
export interface CsrfTrust {
  readonly trustedOrigins: ReadonlySet<string>;
  readonly allowClientsWithoutHeaders: boolean;
}

export type CsrfVerdict =
  | {
      readonly kind: "pass";
      readonly because: "safe-method" | "same-origin" | "origin-matches" | "trusted-origin" | "not-a-browser";
    }
  | {
      readonly kind: "refuse";
      readonly because: "cross-site" | "same-site" | "fetch-site-unknown" | "origin-mismatch";
    }
  | { readonly kind: "undecided"; readonly because: "user-initiated" | "origin-opaque" | "no-headers" };

/**
 * RFC 9110 section 9.2.1, and QUERY by its own specification. Methods are case-sensitive: "get" is not GET.
 */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "QUERY"]);

export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/**
 * Decides from the headers alone, before a byte of the body is read, whether a request that changes state came from
 * this application's own pages. Pure: same answer for the same facts.
 *
 * @see https://www.w3.org/TR/fetch-metadata/ ; RFC 6454 section 7
 */
export function decideFromHeaders(facts: CsrfFacts, trust: CsrfTrust): CsrfVerdict {
  if (isSafeMethod(facts.method)) return { kind: "pass", because: "safe-method" };
  if (facts.origin !== undefined && trust.trustedOrigins.has(facts.origin))
    return { kind: "pass", because: "trusted-origin" };
  switch (facts.secFetchSite) {
    case undefined:
      return decideFromOrigin(facts, trust);
    case "same-origin":
      return { kind: "pass", because: "same-origin" };
    case "none":
      // No page sent this: an address bar cannot POST, but an extension or a restored tab can. The token tells,
      // unless the same browser names a page elsewhere that did.
      return facts.origin === undefined || facts.origin === "null" || facts.origin === facts.canonicalOrigin
        ? { kind: "undecided", because: "user-initiated" }
        : { kind: "refuse", because: "origin-mismatch" };
    case "cross-site":
    case "same-site":
      // A sibling subdomain is not this application: it may be a forgotten blog, or somebody else's.
      return { kind: "refuse", because: facts.secFetchSite };
    default:
      // "same-origin, cross-site" from two header lines, or a value no browser sends.
      return { kind: "refuse", because: "fetch-site-unknown" };
  }
}

/** For browsers before Fetch Metadata. Compared as a whole, scheme included: the http twin of a site is not the site. */
function decideFromOrigin(facts: CsrfFacts, trust: CsrfTrust): CsrfVerdict {
  const { origin, canonicalOrigin } = facts;
  if (origin === undefined) {
    // A client without cookies has nothing that a forger could use.
    return trust.allowClientsWithoutHeaders && !facts.hasCookies
      ? { kind: "pass", because: "not-a-browser" }
      : { kind: "undecided", because: "no-headers" };
  }
  // Sent by sandboxed frames, but also by our own pages under "Referrer-Policy: no-referrer".
  if (origin === "null") return { kind: "undecided", because: "origin-opaque" };
  // Nothing matches when no canonical origin is known: an empty Origin is not this application's.
  return origin === canonicalOrigin && canonicalOrigin !== ""
    ? { kind: "pass", because: "origin-matches" }
    : { kind: "refuse", because: "origin-mismatch" };
}
