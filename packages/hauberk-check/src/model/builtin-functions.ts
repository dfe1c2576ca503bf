import { byMode, inProduction } from "./alternatives.ts";
import { callArray } from "./builtin-lists.ts";
import { callPaths } from "./builtin-paths.ts";
import { callConfig } from "./config-package.ts";
import { callData } from "./data-files.ts";
import { callKind, listFiles } from "./file-lists.ts";
import { loadFolder } from "./folder-modules.ts";
import { spreadInto } from "./literals.ts";
import type { Machine } from "./machine.ts";
import { callNconf } from "./nconf-package.ts";
import { text } from "./operators.ts";
import { truthiness } from "./truthiness.ts";
import { array, isKnown, nameOf, object, prim, unknown, type Pkg, type Site, type Value } from "./values.ts";

/** Functions of Node, of `Object`, `Promise` and their like; `undefined` for all others. */
export function callPackage(
  machine: Machine,
  callee: Pkg,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const name = nameOf(callee);
  const known =
    listFiles(machine, name, args, site) ??
    callPaths(machine, name, args, site) ??
    callKind(callee, site) ??
    loadFolder(machine, callee, args, site) ??
    callData(machine, name, args, site);
  if (known !== undefined) return known;
  if (callee.name === "nconf") return callNconf(machine, callee, args, site);
  if (callee.name === "config") return callConfig(machine, callee, args, site);
  const [first, second] = args;
  switch (name) {
    case "Object.assign":
    case "underscore.extend":
    case "lodash.extend":
    case "lodash.assign":
    case "lodash.assignIn":
    case "xtend":
    case "extend":
      return assign(args);
    case "lodash.merge":
    case "deepmerge":
      return mergedDeep(args, site);
    case "lodash.defaults":
    case "lodash.defaultsDeep":
    case "underscore.defaults":
      return mergedDeep([...args].toReversed(), site);
    case "Object.freeze":
    case "Object.seal":
    case "structuredClone":
      return first;
    case "Object.keys":
      return first?.k === "obj"
        ? array(
            [...first.props.keys()].map((key) => prim(key)),
            first.open,
          )
        : undefined;
    case "Object.values":
      return first?.k === "obj" ? array([...first.props.values()], first.open) : undefined;
    case "Object.entries":
      return first?.k === "obj"
        ? array(
            [...first.props].map(([key, value]) => array([prim(key), value], false)),
            first.open,
          )
        : undefined;
    case "lodash.each":
    case "lodash.forEach":
    case "underscore.each":
    case "lodash.map":
    case "underscore.map":
      return each(machine, first, second, name.endsWith("map") ? "map" : "forEach", site);
    case "Boolean":
      return boolean(first);
    case "Number":
    case "parseInt":
    case "Number.parseInt":
      return first?.k === "prim"
        ? prim(Number.parseInt(String(first.v), 10), site)
        : unknown("a number", site);
    case "String":
      return first?.k === "prim" ? prim(String(first.v), site) : undefined;
    case "Array.isArray":
      return first?.k === "arr" ? prim(true) : unknown("Array.isArray");
    case "Buffer.from":
      return first?.k === "prim" && second === undefined ? first : undefined;
    case "RegExp":
      return first !== undefined && text(first) !== undefined
        ? {
            k: "regex",
            source: text(first) ?? "",
            flags: second === undefined ? "" : (text(second) ?? ""),
            site,
          }
        : undefined;
    case "util.promisify":
    case "Promise.resolve":
      return first;
    case "Promise.all":
      return first;
    default:
      return undefined;
  }
}

/** `_.each(routes, (router, path) => app.use(path, router))`: of an object the values are given, then the names. */
function each(
  machine: Machine,
  holder: Value | undefined,
  fn: Value | undefined,
  name: "forEach" | "map",
  site: Site,
): Value | undefined {
  if (fn?.k !== "fn" || holder === undefined) return undefined;
  if (holder.k === "arr") return callArray(machine, holder, name, [fn], site);
  if (holder.k !== "obj" || holder.open) return undefined;
  const results = [...holder.props].map(([key, value]) => machine.call(fn, [value, prim(key)]));
  return name === "map" ? array(results, false, site) : holder;
}

function boolean(value: Value | undefined): Value {
  if (value?.k === "mode") return byMode(boolean(value.prod), boolean(value.dev));
  const truth = value === undefined ? false : truthiness(value);
  return truth === undefined ? unknown("a boolean") : prim(truth);
}

/** Objects put together name by name, the later one first; `_.defaults` only differs in what is below a name that both have. */
function mergedDeep(args: readonly Value[], site: Site): Value | undefined {
  const made = object(false, site);
  for (const one of args.map(inProduction)) {
    if (one.k !== "obj") {
      if (!isKnown(one, undefined)) made.open = true;
      continue;
    }
    if (one.open) made.open = true;
    for (const [key, value] of one.props) {
      const before = made.props.get(key);
      const both = before?.k === "obj" && value.k === "obj" ? mergedDeep([before, value], site) : undefined;
      made.props.set(key, both ?? value);
      const from = one.sites.get(key);
      if (from !== undefined) made.sites.set(key, from);
    }
  }
  return made;
}

function assign(args: readonly Value[]): Value | undefined {
  const [target, ...sources] = args;
  if (target?.k === "obj") {
    for (const source of sources) spreadInto(target, source);
    return target;
  }
  return target;
}
