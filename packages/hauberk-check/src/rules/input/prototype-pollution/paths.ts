import {
  ancestors,
  enclosingFunction,
  walk,
  type FunctionNode,
  type Node,
  type t,
} from "../../../parse/ast.ts";
import { piecesOf } from "../../kit/built-values.ts";
import { dataAround, handedOverAt } from "../../kit/handed-over.ts";
import { dotted, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { requestData } from "../../kit/request-data.ts";
import type { NodeContext } from "../../rule.ts";
import { remembered } from "../../../remembered.ts";
import { refusesKeys } from "./refused-keys.ts";

/** `at[keys[last]] = value`, where `at = at[key]` has gone down the path that the client named. */
export function checkPath(node: t.AssignmentExpression, context: NodeContext): void {
  if (node.left.type !== "MemberExpression" || !node.left.computed) return;
  const { object, property } = node.left;
  const fn = enclosingFunction(node);
  if (object.type !== "Identifier" || fn === undefined || isWalked(node)) return;
  const down = stepsIn(fn).get(object.name);
  if (down === undefined) return;
  const handler = dataAround(node, context);
  if (handler === undefined) return;
  const { module } = context;
  const keys = [property, down];
  if (keys.some((one) => !isOfClient(one, handler))) return;
  const text = sourceText(module, fn);
  if (refusesKeys(text) || ASKS.test(text)) return;
  context.report({
    at: { module, node },
    message: "The client names the path of what is set: `__proto__` and any other.",
    related: handedOverAt(handler),
  });
}

/** Whatever is asked there may be the key; that something is there already is no question. */
const ASKS = /\b(?:includes|has|test|indexOf|match|hasOwn|hasOwnProperty|call)\s{0,4}\(/;

/** A key of the request: `keys[i]`, `keys.pop()`, or what `keys[keys.length - 1]` was called. */
function isOfClient(key: t.Node, handler: HandlerNames): boolean {
  if (requestData(key, handler) !== undefined) return true;
  const [made, ...more] = key.type === "Identifier" ? piecesOf(key.name, handler) : [];
  return made !== undefined && more.length === 0 && requestData(made, handler) !== undefined;
}

/** The step itself: `at[key] = at[key] || {}`. */
const isWalked = ({ right }: t.AssignmentExpression): boolean => isEmpty(right);

function isEmpty(node: t.Node): boolean {
  if (node.type === "LogicalExpression") return isEmpty(node.right);
  if (node.type === "ConditionalExpression") return isEmpty(node.alternate) || isEmpty(node.consequent);
  return (
    (node.type === "ObjectExpression" && node.properties.length === 0) ||
    (node.type === "ArrayExpression" && node.elements.length === 0)
  );
}

/** The variables that a function goes down with, and the key each of them takes: `at = at[key]`. */
const stepsIn = remembered((fn: FunctionNode): ReadonlyMap<string, Node> => {
  const found = new Map<string, Node>();
  walk(fn.body, (node) => {
    if (node.type !== "AssignmentExpression" || node.left.type !== "Identifier") return;
    const key = keyOf(node.right, node.left.name);
    if (key !== undefined && isInLoop(node, fn)) found.set(node.left.name, key);
  });
  return found;
});

/** The key of `at[key]`, also of `at[key] || {}` and `at[key] ??= {}`. */
function keyOf(node: t.Node, name: string): Node | undefined {
  if (node.type === "LogicalExpression" || node.type === "AssignmentExpression")
    return keyOf(node.left, name);
  if (node.type === "TSAsExpression") return keyOf(node.expression, name);
  return node.type === "MemberExpression" && node.computed && dotted(node.object) === name
    ? node.property
    : undefined;
}

const isInLoop = (node: t.Node, fn: FunctionNode): boolean => {
  for (const up of ancestors(node)) {
    if (/^(?:For|While|DoWhile)/.test(up.type)) return true;
    if (up === fn) return false;
  }
  return false;
};
