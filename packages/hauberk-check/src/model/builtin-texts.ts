import { text } from "./operators.ts";
import { array, concatenated, prim, unknown, type Prim, type Site, type Value } from "./values.ts";

/** Methods of a known text; `undefined` for all others. */
export function callString(
  holder: Prim,
  value: string,
  name: string,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const parts = args.map(text);
  switch (name) {
    case "trim":
      return prim(value.trim(), holder.site);
    case "toLowerCase":
      return prim(value.toLowerCase(), holder.site);
    case "toUpperCase":
      return prim(value.toUpperCase(), holder.site);
    case "toString":
    case "valueOf":
      return holder;
    case "split":
      return parts[0] === undefined
        ? undefined
        : array(
            value.split(parts[0]).map((one) => prim(one, site)),
            false,
            site,
          );
    case "concat":
      return parts.every((part) => part !== undefined)
        ? concatenated([value, ...parts], "", site)
        : undefined;
    case "replace":
      return unknown("a replaced text", site);
    default:
      return undefined;
  }
}
