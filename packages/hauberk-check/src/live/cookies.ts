import type { SeenCookie } from "./facts.ts";

/** Name and attributes of a Set-Cookie header; the value is kept only to be sent back. */
export function parseCookie(header: string): Omit<SeenCookie, "knownSecret"> {
  const [pair = "", ...rest] = header.split(";");
  const at = pair.indexOf("=");
  const attributes = rest.map((one): [string, string] => {
    const [name = "", ...value] = one.trim().split("=");
    return [name.toLowerCase(), value.join("=")];
  });
  return { name: pair.slice(0, Math.max(at, 0)).trim(), pair: pair.trim(), attributes: new Map(attributes) };
}
