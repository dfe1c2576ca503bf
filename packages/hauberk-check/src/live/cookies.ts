import type { SeenCookie } from "./facts.ts";

/** Name and attributes of a Set-Cookie header; the value itself is only measured. */
export function parseCookie(header: string): Omit<SeenCookie, "knownSecret"> {
  const [pair = "", ...rest] = header.split(";");
  const at = pair.indexOf("=");
  const attributes = rest.map((one): [string, string] => {
    const [name = "", ...value] = one.trim().split("=");
    return [name.toLowerCase(), value.join("=")];
  });
  return {
    name: pair.slice(0, Math.max(at, 0)).trim(),
    valueLength: pair.length - at - 1,
    attributes: new Map(attributes),
  };
}

/**
 * Whether a Set-Cookie header takes a cookie away, as `res.clearCookie()` does: nothing is set that flags would protect.
 * Pure; `now` in milliseconds.
 */
export function isRemoval(header: string, now: number): boolean {
  const { valueLength, attributes } = parseCookie(header);
  if (valueLength <= 0) return true;
  const age = attributes.get("max-age");
  // RFC 6265 section 5.3: where both are there, Max-Age decides.
  if (age !== undefined && /^-?\d+$/.test(age)) return Number(age) <= 0;
  return Date.parse(attributes.get("expires") ?? "") <= now;
}
