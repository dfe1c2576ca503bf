import { boundNames, parentOf, type FunctionNode, type t } from "../../parse/ast.ts";

const CALLS_EACH = /^(?:forEach|map|flatMap|filter|find|some|every|each|eachSeries|forEachSeries|eachLimit)$/;

/** The list whose items a callback is given as its first parameter: `req.body.ids.forEach((id) => ...)`, `_.each(list, fn)`. */
export function listGivenTo(fn: FunctionNode, name: string): t.Node | undefined {
  const [first] = fn.params;
  const call = parentOf(fn);
  if (first === undefined || call?.type !== "CallExpression" || !boundNames(first).includes(name))
    return undefined;
  const { callee } = call;
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return undefined;
  if (!CALLS_EACH.test(callee.property.name)) return undefined;
  if (call.arguments[0] === fn) return callee.object;
  const isHelper =
    callee.object.type === "Identifier" && /^(?:_|async|lodash|underscore|\$)$/.test(callee.object.name);
  return isHelper && call.arguments.at(-1) === fn ? call.arguments[0] : undefined;
}

/** What a loop goes through, and the pattern for one of it: `for (const id of req.body.ids)`. */
export const loopOver = (node: t.Node): { readonly item: t.Node; readonly list: t.Node } | undefined => {
  if (node.type !== "ForOfStatement" || node.left.type !== "VariableDeclaration") return undefined;
  const item = node.left.declarations[0]?.id;
  return item === undefined ? undefined : { item, list: node.right };
};

/**
 * What an object is a copy of: `{ ...req.query }`, `{ page: 1, ...req.query }`, `Object.assign({}, req.body)`. What is written
 * behind it stands in its place, so that one of those is no copy.
 */
export function copiedInto(node: t.Node): t.Node | undefined {
  if (node.type === "ObjectExpression") {
    const last = node.properties.at(-1);
    return last?.type === "SpreadElement" ? last.argument : undefined;
  }
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return undefined;
  const { object, property } = node.callee;
  const isAssign =
    object.type === "Identifier" &&
    property.type === "Identifier" &&
    `${object.name}.${property.name}` === "Object.assign";
  const [target] = node.arguments;
  const last = node.arguments.at(-1);
  return isAssign &&
    target?.type === "ObjectExpression" &&
    last !== target &&
    last?.type !== "ObjectExpression"
    ? last
    : undefined;
}
