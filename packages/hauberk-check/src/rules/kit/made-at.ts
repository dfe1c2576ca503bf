import {
  ancestors,
  boundNames,
  isFunction,
  parentOf,
  walk,
  type FunctionNode,
  type t,
} from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";
import { keyName } from "./nodes.ts";

/** What a name was given: a value, the first of a list, or what a callback is called with. */
export function madeAt(name: t.Identifier, fn: FunctionNode): t.Node | undefined {
  for (const up of ancestors(name)) {
    if (!isFunction(up)) continue;
    const at = up.params.findIndex((param) => boundNames(param).includes(name.name));
    if (at !== -1) return up === fn ? undefined : calledBack(up, at);
    const own = valuesIn(up).get(name.name);
    if (own !== undefined) return own === "several" ? undefined : withoutWait(own);
    if (up === fn) return undefined;
  }
  return undefined;
}

const withoutWait = (node: t.Node): t.Node => {
  if (node.type === "AwaitExpression") return withoutWait(node.argument);
  return node.type === "TSAsExpression" || node.type === "TSNonNullExpression"
    ? withoutWait(node.expression)
    : node;
};

const valuesIn = remembered((fn: FunctionNode): ReadonlyMap<string, t.Node | "several"> => {
  const found = new Map<string, t.Node | "several">();
  const note = (name: string, value: t.Node): void => {
    found.set(name, found.has(name) ? "several" : value);
  };
  walk(fn.body, (node) => {
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier")
      note(node.left.name, node.right);
    if (node.type !== "VariableDeclarator" || !node.init) return;
    const [first] = node.id.type === "ArrayPattern" ? node.id.elements : [node.id];
    if (first?.type === "Identifier") note(first.name, node.init);
  });
  return found;
});

/** `db.get(sql, (err, user) => ...)`, `User.findOne(filter).then((user) => ...)`. */
function calledBack(fn: FunctionNode, at: number): t.Node | undefined {
  const call = parentOf(fn);
  if (call?.type !== "CallExpression" || call.callee.type !== "MemberExpression") return undefined;
  if (keyName(call.callee.property) === "then") return at === 0 ? call.callee.object : undefined;
  return at === 1 ? call : undefined;
}
