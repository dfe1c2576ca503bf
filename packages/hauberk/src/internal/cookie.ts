/** Every value sent under a cookie name, in order. RFC 6265 section 5.4 lets a browser send several. */
export function cookieValues(header: string | undefined, name: string): readonly string[] {
  const values: string[] = [];
  if (header === undefined) return values;
  let start = 0;
  while (start < header.length) {
    const next = header.indexOf(";", start);
    const end = next === -1 ? header.length : next;
    const from = skipSpaces(header, start, end);
    if (header.startsWith(name, from) && header[from + name.length] === "=") {
      values.push(header.slice(from + name.length + 1, end).trimEnd());
    }
    start = end + 1;
  }
  return values;
}

function skipSpaces(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && (text[at] === " " || text[at] === "\t")) at++;
  return at;
}

export interface CookieAttributes {
  readonly secure: boolean;
  readonly maxAgeSeconds: number | undefined;
}

/** One Set-Cookie line. Path is always `/` and Domain never set: `__Host-` demands it, and no sibling host needs it. */
export function serializeCookie(name: string, value: string, attributes: CookieAttributes): string {
  const lifetime = attributes.maxAgeSeconds === undefined ? "" : `; Max-Age=${attributes.maxAgeSeconds}`;
  return `${name}=${value}; Path=/${lifetime}; HttpOnly${attributes.secure ? "; Secure" : ""}; SameSite=Lax`;
}

export function expiredCookie(name: string, secure: boolean): string {
  return `${serializeCookie(name, "", { secure, maxAgeSeconds: 0 })}; Expires=Thu, 01 Jan 1970 00:00:00 GMT`;
}
