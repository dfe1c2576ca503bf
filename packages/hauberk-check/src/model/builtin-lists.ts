import { under, type Machine } from "./machine.ts";
import { includes, text } from "./operators.ts";
import { truthiness } from "./truthiness.ts";
import { array, concatenated, prim, unknown, type Arr, type Site, type Value } from "./values.ts";

/** A list that a loop fills is cut here. */
const MAX_PUSHED = 2_000;
/** For so many elements a function is called. */
const MAX_CALLED = 100;

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
      return filtered(machine, list, first, site);
    case "pop":
    case "shift":
    case "at":
      return element(list, name, first);
    case "flat":
      return array(
        list.items.flatMap((one) => (one.k === "arr" ? one.items : [one])),
        list.open,
        site,
      );
    case "reverse":
    case "slice":
    case "sort":
      return name === "slice" && args.length > 0
        ? (sliced(list, args, site) ?? unknown("a slice", site))
        : list;
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

/** `filter(Boolean)`, and with a function of the project: what it says no to is not there. */
function filtered(machine: Machine, list: Arr, test: Value | undefined, site: Site): Value {
  const isKept =
    test?.k === "fn"
      ? (one: Value, i: number): boolean => truthiness(machine.call(test, [one, prim(i)])) !== false
      : (one: Value): boolean => truthiness(one) !== false;
  return array(
    list.items.filter((one, i) => i >= MAX_CALLED || isKept(one, i)),
    list.open,
    site,
  );
}

/** `name.split(".").shift()`: of a list that is filled and emptied under conditions nobody knows what is next. */
function element(list: Arr, name: string, first: Value | undefined): Value | undefined {
  if (list.open || list.items.length === 0) return undefined;
  if (name !== "at") return list.items.at(name === "pop" ? -1 : 0);
  return first?.k === "prim" && typeof first.v === "number"
    ? (list.items.at(first.v) ?? prim(undefined))
    : undefined;
}

function sliced(list: Arr, args: readonly Value[], site: Site): Value | undefined {
  const [from, to] = args.map((one) => (one.k === "prim" && typeof one.v === "number" ? one.v : undefined));
  return list.open || from === undefined || (args.length > 1 && to === undefined)
    ? undefined
    : array(list.items.slice(from, to), false, site);
}

function each(
  machine: Machine,
  list: Arr,
  fn: Value | undefined,
  name: string,
  site: Site,
): Value | undefined {
  if (fn?.k !== "fn") return undefined;
  const results = list.items.slice(0, MAX_CALLED).map((item, i) => machine.call(fn, [item, prim(i)]));
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
