import type { t } from "../parse/ast.ts";
import { byMode, join } from "./alternatives.ts";
import { under, type Machine } from "./machine.ts";
import { binary, branch, logical, not } from "./operators.ts";
import { sourceOf, type Scope } from "./scope.ts";
import { prim, UNDEFINED, unknown, type Site, type Value } from "./values.ts";

/** `=`, and the assignments that compute. */
export function assignment(machine: Machine, node: t.AssignmentExpression, scope: Scope, site: Site): Value {
  const right = machine.evaluate(node.right, scope);
  if (node.operator === "=") {
    machine.assign(node.left, right, scope);
    return right;
  }
  const left = machine.evaluate(node.left, scope);
  const operator = node.operator.slice(0, -1);
  const value = ["||", "&&", "??"].includes(operator)
    ? logical(operator, left, () => right, site)
    : binary(operator, left, right, site);
  machine.assign(node.left, value, scope);
  return value;
}

export function unary(machine: Machine, node: t.UnaryExpression, scope: Scope, site: Site): Value {
  const value = machine.evaluate(node.argument, scope);
  if (node.operator === "!") return not(value);
  if (node.operator === "void") return UNDEFINED;
  if (node.operator === "typeof") return typeOf(value, site);
  if (node.operator === "-" && value.k === "prim" && typeof value.v === "number") return prim(-value.v, site);
  if (node.operator === "+" && value.k === "prim") return prim(Number(value.v), site);
  return unknown(`result of ${node.operator}`, site);
}

function typeOf(value: Value, site: Site): Value {
  switch (value.k) {
    case "prim":
      return prim(typeof value.v, site);
    case "obj":
    case "arr":
    case "regex":
      return prim("object", site);
    case "fn":
    case "class":
    case "app":
      return prim("function", site);
    default:
      return unknown("result of typeof", site);
  }
}

export function conditional(machine: Machine, node: t.ConditionalExpression, scope: Scope): Value {
  const test = machine.evaluate(node.test, scope);
  const label = sourceOf(scope, node.test);
  const [yes, no] = [branch(test, true, label), branch(test, false, label)];
  if (yes === "always") return machine.evaluate(node.consequent, scope);
  if (no === "always") return machine.evaluate(node.alternate, scope);
  const consequent = under(machine, typeof yes === "string" ? undefined : yes, () =>
    machine.evaluate(node.consequent, scope),
  );
  const alternate = under(machine, typeof no === "string" ? undefined : no, () =>
    machine.evaluate(node.alternate, scope),
  );
  if (typeof yes !== "string" && yes.mode === "prod") return byMode(consequent, alternate);
  if (typeof yes !== "string" && yes.mode === "dev") {
    return byMode(alternate, join(consequent, alternate));
  }
  return join(consequent, alternate);
}
