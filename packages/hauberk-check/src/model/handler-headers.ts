import type { t } from "../parse/ast.ts";
import { scopesAt } from "./loops.ts";
import type { Machine } from "./machine.ts";
import { text } from "./operators.ts";
import type { Scope } from "./scope.ts";
import { unknown, type Fn, type Value } from "./values.ts";

/** Stands for headers that are set under a name nobody can read here. */
export const ANY_HEADER = "*";

const SETTERS: ReadonlySet<string> = new Set(["set", "setHeader", "header", "append"]);

export function headersSet(
  machine: Machine,
  fn: Fn,
  node: t.CallExpression,
  res: string,
): readonly (readonly [string, Value])[] {
  const { callee } = node;
  if (
    callee.type !== "MemberExpression" ||
    callee.property.type !== "Identifier" ||
    !SETTERS.has(callee.property.name)
  )
    return [];
  if (callee.object.type !== "Identifier" || callee.object.name !== res) return [];
  return scopesAt(machine, fn, node).flatMap((scope) => headersIn(machine, node, scope));
}

function headersIn(
  machine: Machine,
  node: t.CallExpression,
  scope: Scope,
): readonly (readonly [string, Value])[] {
  const [name, value] = node.arguments;
  if (name === undefined) return [];
  const key = machine.evaluate(name, scope);
  if (key.k === "obj") return [...key.props].map(([header, set]) => [header.toLowerCase(), set] as const);
  const header = text(key);
  if (header === undefined) return [[ANY_HEADER, unknown("a header whose name is not known")]];
  return [[header.toLowerCase(), value === undefined ? unknown("no value") : machine.evaluate(value, scope)]];
}
