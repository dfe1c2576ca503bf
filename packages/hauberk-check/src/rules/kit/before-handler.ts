import { alternatives } from "../../model/alternatives.ts";
import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import type { Value } from "../../model/values.ts";
import { ancestors, parentOf, type FunctionNode, type t } from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";
import { lastName } from "./function-names.ts";
import { handlerName, innermost, isRoute } from "./validated-routes.ts";

/** What one route runs before a handler, and the file that says so. */
export interface Before {
  readonly module: Module;
  readonly items: readonly t.Node[];
}

/**
 * What comes before a handler: in the list it is exported in (`exports.login = [check("mail"), (req, res) => ...]`), in the call
 * of its route, and for one with a name in every route, of whatever file, that certainly means this one.
 */
export function beforeHandler(fn: FunctionNode, module: Module, program: Program): readonly Before[] {
  let inner: t.Node = fn;
  let up = parentOf(inner);
  while (up?.type === "CallExpression" && !isRoute(up)) {
    inner = up;
    up = parentOf(up);
  }
  if (up?.type === "ArrayExpression") {
    const route = parentOf(up);
    const around = route?.type === "CallExpression" && isRoute(route) ? argumentsBefore(route, up) : [];
    return [{ module, items: [...around, ...listed(up, inner)] }];
  }
  if (up?.type === "CallExpression") return [{ module, items: argumentsBefore(up, inner) }];
  const name = handlerName(fn);
  return (name === undefined ? [] : (routesByName(program).get(name) ?? []))
    .filter((one) => isHandler(one, fn, program))
    .map(({ route, argument, module: of }) => ({ module: of, items: argumentsBefore(route, argument) }));
}

/** What an item stands for, seen from its own file. */
export const valueOf = (node: t.Node, module: Module, program: Program): readonly Value[] =>
  alternatives(program.valueAt(module, node));

interface Routed {
  readonly route: t.CallExpression;
  readonly argument: t.Node;
  readonly module: Module;
}

const routesByName = remembered((program: Program): ReadonlyMap<string, readonly Routed[]> => {
  const found = new Map<string, Routed[]>();
  for (const module of program.modules)
    for (const route of (module.index.get("CallExpression") ?? []).filter(isRoute))
      for (const argument of route.arguments) {
        const name = lastName(innermost(argument));
        if (name === undefined) continue;
        const others = found.get(name);
        if (others === undefined) found.set(name, [{ route, argument, module }]);
        else others.push({ route, argument, module });
      }
  return found;
});

/** The route names the function itself, or the property it was written for. */
function isHandler({ argument, module }: Routed, fn: FunctionNode, program: Program): boolean {
  const named = innermost(argument);
  if (valueOf(named, module, program).some((one) => one.k === "fn" && one.node === fn)) return true;
  if (named.type !== "MemberExpression") return false;
  const around = new Set<t.Node>(ancestors(fn));
  return valueOf(named.object, module, program).some((one) => {
    const site = one.k === "obj" ? one.sites.get(lastName(named) ?? "") : undefined;
    return site !== undefined && around.has(site.node);
  });
}

const argumentsBefore = (route: t.CallExpression, handler: t.Node): readonly t.Node[] =>
  route.arguments
    .slice(
      0,
      route.arguments.findIndex((one) => one === handler),
    )
    .flatMap((one) => (one.type === "ArrayExpression" ? listed(one) : [one]));

function listed({ elements }: t.ArrayExpression, until?: t.Node): readonly t.Node[] {
  const end = elements.findIndex((one) => one === until);
  return elements.slice(0, end === -1 ? undefined : end).filter((one) => one !== null);
}
