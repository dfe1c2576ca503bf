/** Why a redirect is refused. */
export type RedirectRefusal =
  | "malformed"
  | "control-character"
  | "backslash"
  | "network-path"
  | "userinfo"
  | "other-scheme"
  | "other-origin";

/**
 * Decides whether a redirect stays where the application says redirects may lead.
 *
 * `?next=https://evil.example` that ends in `res.redirect(next)` makes this application vouch for somebody else's page.
 * The target is read as a browser reads it, by the URL Standard's own parser.
 *
 * @param location as given to `res.redirect` or `res.location`, relative or absolute
 * @param base the URL of the request, which a relative one is resolved against
 * @see OWASP ASVS 5.0 v5.0.0-3.7.2
 * @returns the reason to refuse, or undefined
 */
export function refuseRedirect(
  location: string,
  base: string,
  allowed: ReadonlySet<string>,
): RedirectRefusal | undefined {
  // Browsers drop tabs and line feeds before they read a URL: "/\t/evil.example" is "//evil.example".
  if (/[\u0000-\u0020\u007f]/.test(location)) return "control-character";
  // "/\evil.example" and "https:\\evil.example" have slashes, to a browser.
  if (location.includes("\\")) return "backslash";
  if (location.startsWith("//")) return "network-path";
  // "https:evil.example" and "https:///evil.example": readers disagree about where the host begins.
  if (/^https?:(?!\/\/[^/])/i.test(location) || !URL.canParse(location, base)) return "malformed";
  const url = new URL(location, base);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "other-scheme";
  if (url.username !== "" || url.password !== "") return "userinfo";
  return allowed.has(url.origin) ? undefined : "other-origin";
}
