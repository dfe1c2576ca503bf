import type { t } from "../parse/ast.ts";
import { superCall } from "./classes.ts";
import { environmentModule } from "./environment-modules.ts";
import { argumentsOf } from "./literals.ts";
import { interop } from "./interop.ts";
import type { Machine } from "./machine.ts";
import { text } from "./operators.ts";
import type { Scope } from "./scope.ts";
import { unknown, type Site, type Value } from "./values.ts";

/** A call, `require` and `super(...)` among them. */
export function callExpression(
  machine: Machine,
  node: t.CallExpression | t.OptionalCallExpression,
  scope: Scope,
  site: Site,
): Value {
  if (node.callee.type === "Import") return dynamicImport(site);
  if (node.callee.type === "Super") return superCall(machine, node, scope);
  const callee = machine.evaluate(node.callee, scope);
  const args = argumentsOf(machine, node.arguments, scope);
  if (callee.k === "pkg" && callee.name === "require" && callee.path.length === 0) {
    const specifier = args[0] === undefined ? undefined : text(args[0]);
    if (specifier !== undefined) return machine.import(specifier, scope.module, site);
    const [first] = node.arguments;
    const chosen = first === undefined ? undefined : environmentModule(machine, first, scope, site);
    return chosen ?? machine.invoke(dynamicImport(site), args, site, false);
  }
  return interop(node, args, site) ?? machine.invoke(callee, args, site, false);
}

export const dynamicImport = (site: Site): Value => unknown("an import whose name is computed", site);
