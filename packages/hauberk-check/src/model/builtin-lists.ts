import { under, type Machine } from "./machine.ts";
import { includes, text } from "./operators.ts";
import { truthiness } from "./truthiness.ts";
import { array, concatenated, prim, unknown, type Arr, type Site, type Value } from "./values.ts";

/** A list that a loop fills is cut here. */
const MAX_PUSHED = 2_000;

/** Methods of a list whose elements are known; `undefined` for all others. */
export function callArray(
  machine: Machine,
  list: Arr,
  name: string,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const [first] = args;
  switch (name) {
    case "push":
    case "unshift":
      if (machine.conditions.some((one) => one.mode === "dev")) return prim(list.items.length);
      if (list.items.length >= MAX_PUSHED) return unknown("a list that is too long", site);
      list.items.splice(
        name === "push" ? list.items.length : 0,
        0,
        ...args.filter((one) => !reaches(one, list, MAX_PUSHED)),
      );
      return prim(list.items.length);
    case "includes":
      return first === undefined ? undefined : includes(list.items, list.open, first);
    case "concat":
      return array(
        [...list.items, ...args.flatMap((one) => (one.k === "arr" ? one.items : [one]))],
        list.open,
        site,
      );
    case "filter":
      return array(
        list.items.filter((one) => truthiness(one) !== false),
        list.open,
        site,
      );
    case "flat":
      return array(
        list.items.flatMap((one) => (one.k === "arr" ? one.items : [one])),
        list.open,
        site,
      );
    case "reverse":
    case "slice":
    case "sort":
      return name === "slice" && args.length > 0 ? unknown("a slice", site) : list;
    case "join": {
      const parts = list.items.map(text);
      const separator = first === undefined ? "," : text(first);
      return parts.every((part) => part !== undefined) && separator !== undefined && !list.open
        ? concatenated(parts, separator, site)
        : undefined;
    }
    case "forEach":
    case "map":
    case "flatMap":
      return each(machine, list, first, name, site);
    default:
      return undefined;
  }
}

function each(
  machine: Machine,
  list: Arr,
  fn: Value | undefined,
  name: string,
  site: Site,
): Value | undefined {
  if (fn?.k !== "fn") return undefined;
  const results = list.items.slice(0, 100).map((item, i) => machine.call(fn, [item, prim(i)]));
  if (list.open || list.items.length === 0) {
    under(machine, { mode: "maybe", text: "loop" }, () =>
      machine.call(fn, [unknown("an element of a list that is not known", site)]),
    );
  }
  if (name === "forEach") return prim(undefined);
  return array(
    name === "flatMap" ? results.flatMap((one) => (one.k === "arr" ? one.items : [one])) : results,
    list.open,
    site,
  );
}

/** Whether a list stands in another one, itself included: one that holds itself has no end for whoever reads it. */
function reaches(from: Value, list: Arr, left: number): boolean {
  if (from === list || left <= 0) return true;
  return from.k === "arr" && from.items.some((one) => reaches(one, list, left - from.items.length));
}
