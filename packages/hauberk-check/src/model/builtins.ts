import { callLoader } from "./app-loaders.ts";
import { callBound } from "./bound-methods.ts";
import { callConvict } from "./builtin-config.ts";
import { callPackage } from "./builtin-functions.ts";
import { callArray } from "./builtin-lists.ts";
import { callMap, isMap } from "./builtin-maps.ts";
import { callString } from "./builtin-texts.ts";
import { matches } from "./builtin-patterns.ts";
import type { Machine } from "./machine.ts";
import type { Site, Value } from "./values.ts";

/** Functions of the language and of Node whose result can be known; `undefined` for all others. */
export function callBuiltin(
  machine: Machine,
  callee: Value,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  if (callee.k === "pkg") return callPackage(machine, callee, args, site);
  if (callee.k !== "member") return undefined;
  if (callee.of.k === "member") return callBound(machine, callee, args, site);
  if (callee.of.k === "call")
    return isMap(callee.of)
      ? callMap(machine, callee.of, callee.name, args)
      : (callLoader(machine, callee, args, site) ?? callConvict(callee.of, callee.name, args, site));
  if (callee.of.k === "regex" && callee.name === "test") return matches(callee.of, args[0], site);
  if (callee.of.k === "arr") return callArray(machine, callee.of, callee.name, args, site);
  if (callee.of.k === "prim" && typeof callee.of.v === "string")
    return callString(callee.of, callee.of.v, callee.name, args, site);
  if (callee.of.k === "fn") return callFunctionMethod(machine, callee.of, callee.name, args);
  return undefined;
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
