import { object, prim, unknown, type Obj, type Site, type Value } from "./values.ts";

/** Deeper than any data that an application is set up with; whoever walks what is deeper runs out of stack. */
const MAX_DEPTH = 100;

/** What a JSON file holds, as values; the site is where it is read. */
export function jsonValue(data: unknown, site: Site, depth: number = 0): Value {
  if (typeof data === "string" || typeof data === "number" || typeof data === "boolean" || data === null)
    return prim(data, site);
  if (typeof data !== "object" || depth >= MAX_DEPTH) return unknown("data", site);
  if (Array.isArray(data))
    return { k: "arr", items: data.map((one) => jsonValue(one, site, depth + 1)), open: false, site };
  const result: Obj = object(false, site);
  for (const [key, value] of Object.entries(data)) {
    result.props.set(key, jsonValue(value, site, depth + 1));
    result.sites.set(key, site);
  }
  return result;
}
