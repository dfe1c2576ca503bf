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
