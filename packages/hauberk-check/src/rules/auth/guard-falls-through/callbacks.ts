import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import type { Module } from "../../../model/module.ts";
import { isFunction, someNode, type t } from "../../../parse/ast.ts";
import { callArguments, sourceText } from "../../kit/nodes.ts";
import { escapeForPattern } from "../../kit/patterns.ts";

/**
 * The answer of `verify(token, key, (error, user) => { if (error) return res.sendStatus(403); ... });`: its `return` ends the callback, and
 * not the guard around it.
 */
export function refusalInCallback(
  statement: t.Statement,
  { res, next }: { readonly res: string; readonly next: string },
  module: Module,
): t.Node | undefined {
  if (statement.type !== "ExpressionStatement" || statement.expression.type !== "CallExpression")
    return undefined;
  const call = statement.expression;
  const callback = callArguments(call).findLast(isFunction);
  if (callback === undefined || LATER.test(sourceText(module, call.callee))) return undefined;
  const isMentioned = new RegExp(String.raw`(?<![\w$.])${escapeForPattern(next)}(?![\w$])`);
  if (isMentioned.test(sourceText(module, statement))) return undefined;
  let found: t.Node | undefined;
  someNode(callback.body, (node) => {
    if (node.type === "CallExpression" && leftmostIdentifier(node) === res && refuses(node, module))
      found ??= node;
    return found !== undefined;
  });
  return found;
}

const refuses = (node: t.CallExpression, module: Module): boolean =>
  /\(\s?40[13]\b/.test(sourceText(module, node)) &&
  /\.(?:send|json|end|sendStatus)\(/.test(sourceText(module, node));

/** What is run for an event, or after a while, comes after the guard anyhow. */
const LATER = /\.(?:on|once|use|addListener|addEventListener)$|^set(?:Timeout|Interval|Immediate)$/;
