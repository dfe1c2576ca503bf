/** What decides whether an answer may be kept, and by whom. */
export interface CacheFacts {
  /** What the route said, if anything. */
  readonly given: string | undefined;
  /** True when the answer sets a cookie or clears the browser's data. */
  readonly changesClient: boolean;
  /** True when the session or anything else of the visitor was read. */
  readonly personal: boolean;
  /** True when this answer's nonce may be in the body. */
  readonly holdsNonce: boolean;
}

/**
 * Decides the Cache-Control of an answer. Pure.
 *
 * `private` by the route is believed for an answer that only depends on the visitor: one browser may keep it. `public` is
 * not: it may be how `/account/x.css` was meant, and a cache in front would hand one visitor's page to all.
 * A nonce that is stored is a nonce that can be read first and used afterwards.
 * @see RFC 9111 section 5.2.2
 */
export function decideCacheControl(facts: CacheFacts): string {
  const { given } = facts;
  if (given !== undefined && mentions(given, "no-store")) return given;
  if (facts.changesClient || facts.holdsNonce) return "no-store";
  if (facts.personal) return given !== undefined && mentions(given, "private") ? given : "no-store";
  return given ?? "no-cache";
}

/** True when no cache may keep the answer, not even the browser's own. */
export function isNeverStored(cacheControl: string): boolean {
  return cacheControl !== "no-cache" && mentions(cacheControl, "no-store");
}

/** True when the route wants the answer to be used again without asking. */
export function mayBeReused(given: string | undefined): boolean {
  return given !== undefined && !mentions(given, "no-store") && !mentions(given, "no-cache");
}

function mentions(cacheControl: string, directive: string): boolean {
  return cacheControl.split(",").some((part) => part.trim().toLowerCase() === directive);
}
