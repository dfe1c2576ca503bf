import { join } from "./alternatives.ts";
import type { Machine } from "./machine.ts";
import { array, isKnown, prim, UNDEFINED, unknown, type Call, type Value } from "./values.ts";

type Entries = [key: Value, value: Value][];

/** What was put into a `Map` while the set-up was read, by the `new Map()` that made it. */
const CONTENTS = new WeakMap<Call, Entries>();

export const isMap = ({ callee, isNew }: Call): boolean =>
  isNew && callee.k === "pkg" && callee.name === "Map" && callee.path.length === 0;

/** `map.set(key, value)`, `get`, `has` and the lists of a `Map`: containers keep what they make in one. */
export function callMap(
  machine: Machine,
  map: Call,
  name: string,
  args: readonly Value[],
): Value | undefined {
  const entries = contentsOf(map);
  if (entries === undefined) return undefined;
  const [key = UNDEFINED, value = UNDEFINED] = args;
  const found = entries.find(([one]) => isSameKey(one, key));
  switch (name) {
    case "set":
      if (found !== undefined) found[1] = machine.conditions.length > 0 ? join(found[1], value) : value;
      else if (entries.length < MAX_ENTRIES) entries.push([key, value]);
      return map;
    case "get":
      return found?.[1] ?? (entries.length === 0 ? unknown("a map that is filled later") : undefined);
    case "has":
      return found !== undefined
        ? prim(true)
        : entries.every(([one]) => isPlain(one))
          ? prim(false)
          : undefined;
    case "values":
      return listOf(entries.map(([, one]) => one));
    case "keys":
      return listOf(entries.map(([one]) => one));
    case "entries":
      return mapEntries(map);
    case "forEach":
      for (const [one, other] of entries) if (key.k === "fn") machine.call(key, [other, one, map]);
      return UNDEFINED;
    default:
      return undefined;
  }
}

const MAX_ENTRIES = 500;

/** What a map holds, as `for (const [key, value] of map)` gives it; `undefined` when nobody can tell. */
export function mapEntries(map: Call): Value | undefined {
  const entries = contentsOf(map);
  return entries === undefined
    ? undefined
    : listOf(entries.map(([one, other]) => array([one, other], false)));
}

/** Nothing put in while the set-up was read says nothing about what is there later. */
const listOf = (items: Value[]): Value => array(items, items.length === 0);

function contentsOf(map: Call): Entries | undefined {
  let entries = CONTENTS.get(map);
  if (entries === undefined) {
    entries = initial(map.args[0]);
    if (entries !== undefined) CONTENTS.set(map, entries);
  }
  return entries;
}

/** `new Map([["/users", users], ["/offers", offers]])` */
function initial(given: Value | undefined): Entries | undefined {
  if (given === undefined || isKnown(given, undefined) || isKnown(given, null)) return [];
  if (given.k !== "arr" || given.open) return undefined;
  const pairs = given.items.map((one) => (one.k === "arr" ? one.items : []));
  return pairs.every((pair) => pair.length === 2)
    ? pairs.map(([key = UNDEFINED, value = UNDEFINED]) => [key, value])
    : undefined;
}

const isPlain = (key: Value): boolean => ["prim", "class", "fn", "obj", "arr", "app", "pkg"].includes(key.k);

function isSameKey(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a.k === "prim") return b.k === "prim" && a.v === b.v;
  if (a.k === "class") return b.k === "class" && a.node === b.node;
  return a.k === "fn" && b.k === "fn" && a.node === b.node && a.scope === b.scope;
}
