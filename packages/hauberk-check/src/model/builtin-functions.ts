import { joinPath, dirname as parentFolder } from "../files/paths.ts";
import { callConfig } from "./config-package.ts";
import { listFiles } from "./file-lists.ts";
import { spreadInto } from "./literals.ts";
import type { Machine } from "./machine.ts";
import { text } from "./operators.ts";
import { ROOT } from "./root.ts";
import { truthiness } from "./truthiness.ts";
import { array, prim, unknown, type Pkg, type Site, type Value } from "./values.ts";

/** Functions of `path`, `Object`, `Promise` and their like; `undefined` for all others. */
export function callPackage(
  machine: Machine,
  callee: Pkg,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const listed = listFiles(machine, callee, args, site);
  if (listed !== undefined) return listed;
  if (callee.name === "config") return callConfig(machine, callee, args, site);
  const name = [callee.name, ...callee.path].join(".");
  const [first, second] = args;
  switch (name) {
    case "path.join":
    case "path.posix.join":
    case "path.resolve":
    case "path.normalize":
      if (name === "path.resolve" && isCommand(machine, site) && !startsAbsolute(args)) return undefined;
      return path(args, name === "path.resolve", site);
    case "path.dirname":
      return first?.k === "prim" && typeof first.v === "string"
        ? prim(`/${parentFolder(first.v.replace(/^\//, ""))}`, site)
        : undefined;
    case "url.fileURLToPath":
      return first;
    case "process.cwd":
      return isCommand(machine, site) ? unknown("the folder a command is run in", site) : prim(ROOT, site);
    case "Object.assign":
    case "underscore.extend":
    case "lodash.extend":
    case "lodash.assign":
    case "lodash.assignIn":
    case "lodash.merge":
    case "xtend":
    case "extend":
    case "deepmerge":
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

const isCommand = (machine: Machine, site: Site): boolean =>
  machine.program.packages.manifestFor(site.module.path)?.isCommand === true;

const startsAbsolute = (args: readonly Value[]): boolean =>
  args.some((one) => text(one)?.startsWith("/") === true);

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
