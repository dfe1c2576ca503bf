const MAX_LENGTH = 512;
/** Anything would do: it only has to be a host that no link can name. */
const INTERNAL_ORIGIN = "http://return-path.invalid";

/**
 * The path of this application to go to after a log-in, or the fallback when the wish leads anywhere else.
 *
 * @param wish What the query or form said; anything at all may arrive here.
 */
export function safeReturnPath(wish: unknown, fallback: string): string {
  if (typeof wish !== "string" || wish.length > MAX_LENGTH) return fallback;
  // "//evil.example", "/\evil.example" and "/<tab>/evil.example" are other sites to a browser.
  if (!/^\/(?![/\\])[\u0021-\u005b\u005d-\u007e]*$/.test(wish)) return fallback;
  if (!URL.canParse(wish, INTERNAL_ORIGIN)) return fallback;
  const url = new URL(wish, INTERNAL_ORIGIN);
  // "/x/..//evil.example" is "//evil.example" once a browser has resolved it.
  if (url.origin !== INTERNAL_ORIGIN || url.pathname.startsWith("//")) return fallback;
  if (url.pathname === "/login" || url.pathname === "/logout") return fallback;
  return url.pathname + url.search;
}
