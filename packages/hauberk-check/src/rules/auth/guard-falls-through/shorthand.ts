import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import type { Module } from "../../../model/module.ts";
import type { t } from "../../../parse/ast.ts";
import { sourceText } from "../../kit/nodes.ts";
import { REFUSES } from "./refusals.ts";

/** A refusal that no `if` stands before. */
export interface Short {
  readonly test: t.Node;
  readonly refusal: t.Node;
}

/** `!req.user && res.redirect("/login");`, `req.isAuthenticated() || res.sendStatus(401);`, `isIn ? null : res.redirect("/login");`. */
export function shortRefusal(statement: t.Statement, res: string, module: Module): Short | undefined {
  if (statement.type !== "ExpressionStatement") return undefined;
  return sidesOf(statement.expression).find(({ refusal }) => isRefusal(refusal, res, module));
}

function sidesOf(expression: t.Expression): readonly Short[] {
  if (expression.type === "LogicalExpression" && expression.operator !== "??") {
    const { left, right, operator } = expression;
    return [{ test: operator === "&&" ? left : not(left), refusal: right }];
  }
  if (expression.type !== "ConditionalExpression") return [];
  const { test, consequent, alternate } = expression;
  return [
    { test, refusal: consequent },
    { test: not(test), refusal: alternate },
  ];
}

const not = (argument: t.Expression): t.Node => ({
  type: "UnaryExpression",
  operator: "!",
  prefix: true,
  argument,
});

const isRefusal = (node: t.Node, res: string, module: Module): boolean =>
  node.type === "CallExpression" &&
  leftmostIdentifier(node) === res &&
  REFUSES.test(sourceText(module, node));
