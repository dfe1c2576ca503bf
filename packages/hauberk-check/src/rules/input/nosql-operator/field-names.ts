import { walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { keyName, type HandlerNames } from "../../kit/nodes.ts";
import { lastName } from "../../kit/function-names.ts";
import { remembered } from "../../../remembered.ts";

const PARTS = /^(?:body|query)$/;

/** What the client calls it: `mail` of `req.body.mail`, and of `name` after `const { mail: name } = req.body`. */
export function fieldOf(value: t.Node, handler: HandlerNames): string | undefined {
  if (value.type === "Identifier") return fieldsIn(handler.fn).get(value.name);
  return written(value);
}

function written(value: t.Node): string | undefined {
  if (value.type !== "MemberExpression" && value.type !== "OptionalMemberExpression") return undefined;
  const name = value.computed ? keyName(value.property) : lastName(value);
  const isOfPart = PARTS.test(lastName(value.object) ?? "");
  return isOfPart && name !== "" && (!value.computed || value.property.type === "StringLiteral")
    ? name
    : undefined;
}

const fieldsIn = remembered((fn: FunctionNode): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const others = new Set<string>();
  const note = (name: string, field: string | undefined): void => {
    if (field === undefined || found.has(name)) others.add(name);
    else found.set(name, field);
  };
  walk(fn.body, (node) => {
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier")
      note(node.left.name, written(node.right));
    if (node.type !== "VariableDeclarator" || !node.init) return;
    if (node.id.type === "Identifier") note(node.id.name, written(node.init));
    if (node.id.type !== "ObjectPattern" || !PARTS.test(lastName(node.init) ?? "")) return;
    for (const one of node.id.properties)
      if (one.type === "ObjectProperty" && one.value.type === "Identifier")
        note(one.value.name, one.computed ? undefined : keyName(one.key));
  });
  for (const name of others) found.delete(name);
  return found;
});
