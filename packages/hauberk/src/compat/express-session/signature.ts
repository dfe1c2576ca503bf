import { createHmac, timingSafeEqual } from "node:crypto";
import { cookieValues } from "../../internal/cookie.ts";

/** `<value>.<HMAC-SHA256>`, as the package cookie-signature makes it: cookies of before the move stay valid. */
export function sign(value: string, secret: string): string {
  const mac = createHmac("sha256", secret).update(value).digest("base64").replace(/=$/, "");
  return `${value}.${mac}`;
}

/** The value, when one of the secrets signed it. */
function unsign(signed: string, secrets: readonly string[]): string | undefined {
  const value = signed.slice(0, signed.lastIndexOf("."));
  return secrets.some((secret) => sameText(sign(value, secret), signed)) ? value : undefined;
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The value of one cookie, `s:<id>.<signature>`, decoded; undefined for anything that is not signed by us. */
export function idOfCookie(raw: unknown, secrets: readonly string[]): string | undefined {
  if (typeof raw !== "string" || !raw.startsWith("s:")) return undefined;
  const id = unsign(raw.slice(2), secrets);
  return id === "" ? undefined : id;
}

/**
 * The session id that a Cookie header carries.
 *
 * A sibling host can plant a second cookie of the same name, with a session of its own that is signed well: two ids that
 * differ are nobody's. One that is not signed by us is passed over.
 */
export function idOfHeader(
  header: string | undefined,
  name: string,
  secrets: readonly string[],
): string | undefined {
  const ids = new Set<string>();
  for (const value of cookieValues(header, name)) {
    const id = idOfCookie(decoded(value), secrets);
    if (id !== undefined) ids.add(id);
  }
  const [only] = ids;
  return ids.size === 1 ? only : undefined;
}

function decoded(value: string): string {
  const bare = value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
  try {
    return bare.includes("%") ? decodeURIComponent(bare) : bare;
  } catch {
    return bare;
  }
}
