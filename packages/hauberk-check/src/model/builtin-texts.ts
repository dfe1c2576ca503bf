import { replaced } from "./builtin-patterns.ts";
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
    case "replaceAll":
      return replaced(value, args, name === "replaceAll", site) ?? unknown("a replaced text", site);
    case "endsWith":
    case "startsWith":
    case "includes":
      return parts[0] === undefined || args.length > 1 ? undefined : prim(value[name](parts[0]), site);
    case "indexOf":
    case "lastIndexOf":
      return parts[0] === undefined || args.length > 1 ? undefined : prim(value[name](parts[0]), site);
    case "slice":
    case "substring":
    case "substr":
      return cut(value, name, args, site);
    default:
      return undefined;
  }
}

/** `file.slice(0, -3)`, `file.substr(0, file.indexOf("."))`. */
function cut(
  value: string,
  name: "slice" | "substring" | "substr",
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const [from, to] = args.map((one) => (one.k === "prim" && typeof one.v === "number" ? one.v : undefined));
  if (from === undefined || (args.length > 1 && to === undefined)) return undefined;
  if (name !== "substr") return prim(value[name](from, to), site);
  const start = from < 0 ? Math.max(0, value.length + from) : from;
  return prim(value.slice(start, to === undefined ? undefined : start + Math.max(0, to)), site);
}
