import { basename, joinPath, dirname as parentFolder } from "../files/paths.ts";
import { spreadInto } from "./literals.ts";
import { under, type Machine } from "./machine.ts";
import { includes, text } from "./operators.ts";
import { ROOT } from "./root.ts";
import {
  array,
  concatenated,
  prim,
  truthiness,
  unknown,
  type Arr,
  type Pkg,
  type Prim,
  type Site,
  type Value,
} from "./values.ts";

/** Whether a list stands in another one, itself included: one that holds itself has no end for whoever reads it. */
function reaches(from: Value, list: Arr, left: number): boolean {
  if (from === list || left <= 0) return true;
  return from.k === "arr" && from.items.some((one) => reaches(one, list, left - from.items.length));
}

/** A list that a loop fills is cut here. */
const MAX_PUSHED = 2_000;

/** Functions of the language and of Node whose result can be known; `undefined` for all others. */
export function callBuiltin(
  machine: Machine,
  callee: Value,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  if (callee.k === "pkg" && isFolderReader(callee)) return folder(machine, args, site);
  if (callee.k === "pkg") return callPackage(callee, args, site);
  if (callee.k !== "member") return undefined;
  if (callee.of.k === "arr") return callArray(machine, callee.of, callee.name, args, site);
  if (callee.of.k === "prim" && typeof callee.of.v === "string")
    return callString(callee.of, callee.of.v, callee.name, args, site);
  if (callee.of.k === "fn") return callFunctionMethod(machine, callee.of, callee.name, args);
  return undefined;
}

function callPackage(callee: Pkg, args: readonly Value[], site: Site): Value | undefined {
  const name = [callee.name, ...callee.path].join(".");
  const [first, second] = args;
  switch (name) {
    case "path.join":
    case "path.posix.join":
    case "path.resolve":
      return path(args, name === "path.resolve", site);
    case "path.dirname":
      return first?.k === "prim" && typeof first.v === "string"
        ? prim(`/${parentFolder(first.v.replace(/^\//, ""))}`, site)
        : undefined;
    case "url.fileURLToPath":
      return first;
    case "process.cwd":
      return prim(ROOT, site);
    case "Object.assign":
      return assign(args);
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

const isFolderReader = ({ name, path: [method] }: Pkg): boolean =>
  /^fs(?:-extra)?$/.test(name) && method === "readdirSync";

/** The files of a folder of the project: how routes are loaded by name. */
function folder(machine: Machine, args: readonly Value[], site: Site): Value | undefined {
  const name = args[0] === undefined ? undefined : text(args[0]);
  if (name === undefined) return undefined;
  const below = joinPath("", name.replace(ROOT, ""));
  const files = machine.program.files.list.filter((one) => parentFolder(one) === below);
  return array(
    files.map((one) => prim(basename(one), site)),
    false,
    site,
  );
}

function boolean(value: Value | undefined): Value {
  if (value?.k === "mode") return { k: "mode", prod: boolean(value.prod), dev: boolean(value.dev) };
  const truth = value === undefined ? false : truthiness(value);
  return truth === undefined ? unknown("a boolean") : prim(truth);
}

function path(args: readonly Value[], resolves: boolean, site: Site): Value | undefined {
  const parts = args.map(text);
  if (parts.some((part) => part === undefined)) return undefined;
  const joined = parts.reduce<string>(
    (sum, part) => (resolves && part?.startsWith("/") === true ? part : `${sum}/${part ?? ""}`),
    "",
  );
  const absolute = joinPath("", joined);
  if (!resolves || absolute.startsWith(ROOT.slice(1)) || parts[0]?.startsWith("/") === true)
    return prim(`/${absolute}`, site);
  return prim(`${ROOT}/${absolute}`, site);
}

function assign(args: readonly Value[]): Value | undefined {
  const [target, ...sources] = args;
  if (target?.k === "obj") {
    for (const source of sources) spreadInto(target, source);
    return target;
  }
  return target;
}

function callArray(
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

function callString(
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

function callFunctionMethod(
  machine: Machine,
  fn: Extract<Value, { k: "fn" }>,
  name: string,
  args: readonly Value[],
): Value | undefined {
  if (name === "call") return machine.call(fn, args.slice(1), args[0]);
  if (name === "apply") return machine.call(fn, args[1]?.k === "arr" ? args[1].items : [], args[0]);
  if (name === "bind") return args.length <= 1 ? { ...fn, self: args[0] } : undefined;
  return undefined;
}
