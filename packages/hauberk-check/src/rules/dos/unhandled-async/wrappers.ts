import type { Machine } from "../../../model/machine.ts";
import { LexicalScope } from "../../../model/lexical.ts";
import type { Part } from "../../../model/parts.ts";
import { truthiness } from "../../../model/truthiness.ts";
import type { Fn } from "../../../model/values.ts";
import { ancestors, walk, type t } from "../../../parse/ast.ts";
import { callArguments, keyName } from "../../kit/nodes.ts";

/**
 * A wrapper that catches only where an option says so, and none does: `wrap(handler)` of `(fn, { catches = false } = {}) => (req, res, next) => {
 * const done = fn(req, res, next); if (catches) done.catch(next); }`. Of any other wrapper nothing is said: it may catch in what it calls.
 */
export function catchesNot(part: Part, parts: readonly Part[], machine: Machine): boolean {
  const wrapper = parts.find((one) =>
    one.facts?.delegates.some(({ value }) => value.k === "fn" && value.node === part.fn?.node),
  )?.fn;
  if (wrapper === undefined) return false;
  const catches = catchesIn(wrapper);
  return catches.length > 0 && catches.every((one) => isOff(one, wrapper, machine));
}

/** Everything in which an error may be looked at. */
function catchesIn({ node: fn }: Fn): readonly t.Node[] {
  const found: t.Node[] = [];
  walk(fn.body, (node) => {
    const callee = node.type === "CallExpression" ? node.callee : undefined;
    const method = callee?.type === "MemberExpression" ? keyName(callee.property) : "";
    if (
      node.type === "TryStatement" ||
      method === "catch" ||
      (method === "then" && callArguments(node).length > 1) ||
      (node.type === "NewExpression" && callArguments(node).length > 0)
    )
      found.push(node);
  });
  return found;
}

/** It stands behind a condition that is known not to hold here. */
function isOff(node: t.Node, wrapper: Fn, machine: Machine): boolean {
  let inner: t.Node = node;
  for (const up of ancestors(node)) {
    if (up === wrapper.node) return false;
    const test = testFor(up, inner);
    if (test !== undefined && isFalse(test, wrapper, machine)) return true;
    inner = up;
  }
  return false;
}

const isFalse = (test: t.Node, wrapper: Fn, machine: Machine): boolean =>
  truthiness(machine.evaluate(test, new LexicalScope(machine, wrapper.module, test, wrapper))) === false;

/** What has to hold for this part of it to be done. */
function testFor(node: t.Node, part: t.Node): t.Node | undefined {
  if (node.type === "IfStatement" || node.type === "ConditionalExpression")
    return node.consequent === part ? node.test : undefined;
  return node.type === "LogicalExpression" && node.operator === "&&" && node.right === part
    ? node.left
    : undefined;
}
