import type { t } from "../parse/ast.ts";
import { isGuarded } from "./handler-conditions.ts";
import { LexicalScope } from "./lexical.ts";
import type { Machine } from "./machine.ts";
import { sourceText } from "./module.ts";
import type { Fn, Value } from "./values.ts";

/** A middleware that another calls with its own request and response: `helmet()(req, res, next)`. */
export interface Delegate {
  readonly value: Value;
  readonly node: t.Node;
  readonly conditional: boolean;
}

/** The text of one of the project's functions that gets the request, or a part of it, to judge: `isOwn(req.headers)`. */
export function readHelper(
  machine: Machine,
  fn: Fn,
  node: t.CallExpression,
  req: string,
): string | undefined {
  if (req === "" || node.callee.type !== "Identifier") return undefined;
  const isGiven = node.arguments.some((one) => leftmostName(one) === req);
  if (!isGiven) return undefined;
  const value = machine.evaluate(node.callee, new LexicalScope(machine, fn.module, node, fn));
  if (value.k !== "fn" || value.node === fn.node) return undefined;
  return sourceText(value.module, value.node);
}

function leftmostName(node: t.Node): string | undefined {
  let at = node;
  while (at.type === "MemberExpression" || at.type === "OptionalMemberExpression") at = at.object;
  return at.type === "Identifier" ? at.name : undefined;
}

export function readDelegate(
  machine: Machine,
  fn: Fn,
  node: t.CallExpression,
  own: readonly string[],
): Delegate | undefined {
  const given = node.arguments.map((one) => (one.type === "Identifier" ? one.name : ""));
  if (own.some((name) => name === "" || !given.includes(name))) return undefined;
  if (given.indexOf(own[0] ?? "") !== 0) return undefined;
  const scope = new LexicalScope(machine, fn.module, node, fn);
  const value = machine.evaluate(node.callee, scope);
  const conditional = isGuarded(node, fn.node);
  return { value, node, conditional };
}
