import { walk, type FunctionNode, type t } from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";
import { onlyPieceOf } from "./built-values.ts";
import { keyName, type HandlerNames } from "./nodes.ts";
import { objectNamed } from "./objects.ts";

/** One field of what a call gives back. */
export interface FieldOfCall {
  readonly call: t.CallExpression;
  readonly key: string;
}

/** `path` of `const { path } = await find(req.query.name)`, and `found.path` of `const found = await find(...)`. */
export function fieldOfCall(node: t.Node, handler: HandlerNames): FieldOfCall | undefined {
  if (node.type === "Identifier") return takenApart(handler.fn).get(node.name);
  if (node.type !== "MemberExpression" || node.computed || node.object.type !== "Identifier")
    return undefined;
  const made = onlyPieceOf(node.object.name, handler);
  const call = made === undefined ? undefined : withoutWait(made);
  return call?.type === "CallExpression" ? { call, key: keyName(node.property) } : undefined;
}

const withoutWait = (node: t.Node): t.Node => (node.type === "AwaitExpression" ? node.argument : node);

const takenApart = remembered((fn: FunctionNode): ReadonlyMap<string, FieldOfCall> => {
  const found = new Map<string, FieldOfCall>();
  const others = new Set<string>();
  walk(fn.body, (node) => {
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier") others.add(node.left.name);
    if (node.type !== "VariableDeclarator" || !node.init || node.id.type !== "ObjectPattern") return;
    const call = withoutWait(node.init);
    if (call.type !== "CallExpression") return;
    for (const one of node.id.properties)
      if (one.type === "ObjectProperty" && one.value.type === "Identifier") {
        if (found.has(one.value.name)) others.add(one.value.name);
        found.set(one.value.name, { call, key: keyName(one.key) });
      }
  });
  for (const name of others) found.delete(name);
  return found;
});

/** What stands under a key of the object that a function gives back. */
export function fieldGivenBack(value: t.Node, key: string, handler: HandlerNames): t.Node | undefined {
  const object = value.type === "Identifier" ? objectNamed(value.name, handler) : value;
  if (object?.type !== "ObjectExpression") return undefined;
  const field = object.properties.findLast(
    (one) => one.type === "ObjectProperty" && keyName(one.key) === key,
  );
  return field?.type === "ObjectProperty" ? field.value : undefined;
}
