import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import { ancestors, isFunction, someNode, walk, type Node, type t } from "../../../parse/ast.ts";
import { calleeName, keyName, leaves } from "../../kit/nodes.ts";

/** What variables hold from a place in the source on. */
export interface Holding {
  readonly values: ReadonlyMap<string, Written>;
  readonly from: number;
}

/** A value as it is written; nothing where nobody knows. */
type Written = t.Node | "absent" | undefined;

/**
 * Whether an answer is given while variables hold these values: `if (!found.ok) return res.sendStatus(500)` in front of it
 * is asked. What nobody can tell counts as no.
 */
export function isReachedHolding(answer: t.Node, held: Holding): boolean {
  let inner: t.Node = answer;
  for (const up of ancestors(answer)) {
    if (isFunction(up)) return true;
    if (isBranch(up) && inner !== up.test && isAbout(up.test, held))
      if (truthOf(up.test, held) !== (inner === up.consequent)) return false;
    if (up.type === "BlockStatement" && !statementsBefore(up, inner, held).every((one) => goesOn(one, held)))
      return false;
    inner = up;
  }
  return true;
}

const isBranch = (node: Node): node is t.IfStatement | t.ConditionalExpression =>
  node.type === "IfStatement" || node.type === "ConditionalExpression";

const statementsBefore = (
  { body }: t.BlockStatement,
  inner: t.Node,
  { from }: Holding,
): readonly t.Statement[] =>
  body.slice(0, Math.max(0, body.indexOf(inner as t.Statement))).filter(({ end }) => (end ?? 0) > from);

/** Whether what stands behind a statement is reached, and the variables still hold the values there. */
function goesOn(statement: t.Statement, held: Holding): boolean {
  let isSo = true;
  walk(statement, (node) => {
    if (isFunction(node) || (node.start ?? 0) < held.from) return (node.end ?? 0) > held.from;
    if (node.type === "IfStatement" && isAbout(node.test, held))
      isSo &&= !mayLeave(node) || truthOf(node.test, held) === !leaves(node.consequent);
    else if (changes(node, held)) isSo = false;
    return isSo;
  });
  return isSo;
}

const mayLeave = ({ consequent, alternate }: t.IfStatement): boolean =>
  leaves(consequent) || (alternate !== null && alternate !== undefined && leaves(alternate));

/** `body = {}`, `body.error = ""`, `delete body.error`, `hide(body)`. */
function changes(node: Node, { values }: Holding): boolean {
  const isHeld = (one: t.Node): boolean => values.has(leftmostIdentifier(one) ?? "");
  if (node.type === "AssignmentExpression") return isHeld(node.left);
  if (node.type === "UnaryExpression") return node.operator === "delete" && isHeld(node.argument);
  return (
    node.type === "CallExpression" &&
    node.arguments.some((one) => one.type === "Identifier" && isHeld(one)) &&
    !/^(?:console|log(?:ger)?|JSON|Object|Array)\./.test(calleeName(node) ?? "")
  );
}

function isAbout(test: t.Node, { values }: Holding): boolean {
  return someNode(test, (one) => one.type === "Identifier" && values.has(one.name));
}

function truthOf(test: t.Node, held: Holding): boolean | undefined {
  if (test.type === "UnaryExpression" && test.operator === "!") {
    const inner = truthOf(test.argument, held);
    return inner === undefined ? undefined : !inner;
  }
  if (test.type === "LogicalExpression") {
    const sides = [truthOf(test.left, held), truthOf(test.right, held)];
    const decides = test.operator !== "&&";
    if (sides.includes(decides)) return decides;
    return sides.includes(undefined) ? undefined : !decides;
  }
  const value = valueOf(test, held);
  return value === "absent" ? false : value && isTruthy(value);
}

/** What `found` and `found.error` are. */
function valueOf(node: t.Node, { values }: Holding): Written {
  if (node.type === "Identifier") return values.get(node.name);
  if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") return undefined;
  const holder =
    node.object.type === "Identifier" && !node.computed ? values.get(node.object.name) : undefined;
  return holder !== undefined && holder !== "absent" && holder.type === "ObjectExpression"
    ? fieldOf(holder, keyName(node.property))
    : undefined;
}

/** What stands under a key of an object that is written there. */
export function fieldOf({ properties }: t.ObjectExpression, key: string): Written {
  if (properties.some((one) => one.type === "SpreadElement")) return undefined;
  const found = properties.find((one) => one.type === "ObjectProperty" && keyName(one.key) === key);
  return found?.type === "ObjectProperty" ? found.value : "absent";
}

function isTruthy(value: t.Node): boolean | undefined {
  switch (value.type) {
    case "BooleanLiteral":
    case "NumericLiteral":
    case "StringLiteral":
      return Boolean(value.value);
    case "NullLiteral":
      return false;
    case "ObjectExpression":
    case "ArrayExpression":
    case "TemplateLiteral":
    case "MemberExpression":
      return true;
    default:
      return undefined;
  }
}
