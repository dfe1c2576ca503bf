import { someNode, type t } from "../../parse/ast.ts";

/** 1 for an expression that is true when the comparison has come true, -1 for one that is false then. */
export type Sign = (node: t.Node) => 1 | -1 | undefined;

/** Whether this outcome of a condition means that the comparison has come true, or might mean it. */
export function settles(test: t.Node, outcome: boolean, sign: Sign): boolean {
  const own = signOf(test, sign);
  if (own !== undefined) return (own === 1) === outcome;
  if (test.type === "UnaryExpression" && test.operator === "!") return settles(test.argument, !outcome, sign);
  if (test.type !== "LogicalExpression" || test.operator === "??") return mentions(test, sign);
  const sides = [test.left, test.right].map((one) => settles(one, outcome, sign));
  // Of `a && b` that is true both are; of one that is false nobody knows which is.
  return (test.operator === "&&") === outcome ? sides.some(Boolean) : sides.every(Boolean);
}

/** The comparison, what was found by it, how many those are, and where: `found.length > 0`, `index === -1`, `user !== null`. */
function signOf(node: t.Node, sign: Sign): 1 | -1 | undefined {
  const own = sign(node);
  if (own !== undefined) return own;
  if (
    node.type === "MemberExpression" &&
    node.property.type === "Identifier" &&
    node.property.name === "length"
  )
    return sign(node.object);
  if (node.type !== "BinaryExpression" || !isNothing(node.right)) return undefined;
  const inner = signOf(node.left, sign);
  if (inner === undefined || !/^(?:[!=]==?|[<>]=?)$/.test(node.operator)) return undefined;
  return /^[!>]/.test(node.operator) ? inner : inner === 1 ? -1 : 1;
}

const isNothing = (node: t.Node): boolean =>
  node.type === "NullLiteral" ||
  (node.type === "Identifier" && node.name === "undefined") ||
  (node.type === "NumericLiteral" && node.value <= 1) ||
  (node.type === "UnaryExpression" && node.operator === "-");

function mentions(root: t.Node, sign: Sign): boolean {
  return someNode(root, (one) => sign(one) !== undefined);
}
