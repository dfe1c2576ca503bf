import { ancestors, hasParameter, isFunction, type t } from "../../../parse/ast.ts";
import { codeOf, type Module } from "../../../model/module.ts";
import { piecesOf } from "../../kit/built-values.ts";
import { calleeName, handlerAround } from "../../kit/nodes.ts";
import { escapeForPattern } from "../../kit/patterns.ts";

/** `a = b + 1, b = a + 1` ends. */
const MAX_VARIABLES = 3;

/** What an argument prints: itself, the parts of a text, the values of an object, and what a variable was put together from. */
export function shown(node: t.Node, module: Module, depth = 0): readonly t.Node[] {
  const all = (nodes: readonly (t.Node | null)[]): readonly t.Node[] =>
    nodes.flatMap((one) => (one === null ? [] : shown(one, module, depth)));
  switch (node.type) {
    case "TemplateLiteral":
      return all(node.expressions);
    case "BinaryExpression":
      // `given.password === stored` prints no more than true or false.
      return node.operator === "+" ? all([node.left, node.right]) : [];
    case "ObjectExpression":
      return all(node.properties.map((one) => (one.type === "ObjectProperty" ? one.value : null)));
    case "ArrayExpression":
      return all(node.elements);
    case "LogicalExpression":
      // `password && "given"` prints the password only when it is empty.
      return node.operator === "&&" ? all([node.right]) : all([node.left, node.right]);
    case "ConditionalExpression":
      return all([node.consequent, node.alternate]);
    case "CallExpression": {
      const parts = textOf(node);
      return parts === undefined ? [node] : all(parts);
    }
    case "Identifier":
      return depth < MAX_VARIABLES ? [node, ...putTogether(node, module, depth + 1)] : [node];
    default:
      return [node];
  }
}

/** What calls that only make a text are given: `JSON.stringify(body)`, `[name, word].join(" ")`, `"login ".concat(word)`. */
function textOf(node: t.CallExpression): readonly t.Node[] | undefined {
  const { callee } = node;
  const [value, replacer] = node.arguments;
  const name = calleeName(node);
  if (name === "JSON.stringify" && value !== undefined)
    // A function or a list there leaves things out.
    return replacer === undefined || isNothing(replacer) ? [value] : undefined;
  if (name === "util.inspect" && value !== undefined) return [value];
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return undefined;
  if (callee.property.name === "join" && callee.object.type === "ArrayExpression") return [callee.object];
  return callee.property.name === "concat" && callee.object.type === "StringLiteral"
    ? node.arguments
    : undefined;
}

const isNothing = (node: t.Node): boolean =>
  node.type === "NullLiteral" || (node.type === "Identifier" && node.name === "undefined");

/** `const line = `${name} ${password}``, and an object that nothing is taken out of before it is logged. */
function putTogether(node: t.Identifier, module: Module, depth: number): readonly t.Node[] {
  const handler = handlerAround(node);
  if (handler === undefined || isParameter(node)) return [];
  const pieces = piecesOf(node.name, handler);
  if (!pieces.every(isPutTogether)) return [];
  const before = codeOf(module).slice(handler.fn.start ?? 0, node.start ?? 0);
  if (pieces.some(({ type }) => type === "ObjectExpression") && changes(node.name).test(before)) return [];
  return pieces.flatMap((one) => shown(one, module, depth));
}

const isPutTogether = (node: t.Node): boolean =>
  /^(?:TemplateLiteral|BinaryExpression|ObjectExpression|StringLiteral)$/.test(node.type) ||
  (node.type === "CallExpression" && textOf(node) !== undefined);

/** `delete data.password`, `data.password = "***"`, `redact(data)`. */
const changes = (name: string): RegExp =>
  new RegExp(
    String.raw`\b${escapeForPattern(name)}(?:[.[][^\n=;]{1,80}=(?!=)|\s?[,)])|\bdelete ${escapeForPattern(name)}\b`,
  );

/** What a function is given. */
export const isParameter = (node: t.Identifier): boolean => {
  for (const up of ancestors(node)) if (isFunction(up) && hasParameter(up, node.name)) return true;
  return false;
};
