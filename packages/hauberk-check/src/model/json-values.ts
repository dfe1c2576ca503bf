import { object, prim, unknown, type Obj, type Site, type Value } from "./values.ts";

/** What a JSON file holds, as values; the site is where it is read. */
export function jsonValue(data: unknown, site: Site): Value {
  if (typeof data === "string" || typeof data === "number" || typeof data === "boolean" || data === null)
    return prim(data, site);
  if (Array.isArray(data))
    return { k: "arr", items: data.map((one) => jsonValue(one, site)), open: false, site };
  if (typeof data !== "object") return unknown("data", site);
  const result: Obj = object(false, site);
  for (const [key, value] of Object.entries(data)) {
    result.props.set(key, jsonValue(value, site));
    result.sites.set(key, site);
  }
  return result;
}
