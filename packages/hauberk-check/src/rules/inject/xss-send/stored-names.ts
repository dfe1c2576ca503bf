import { walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { chainedCalls, keyName } from "../../kit/nodes.ts";
import { isReading, isSqlText } from "../../kit/queries.ts";
import { remembered } from "../../../remembered.ts";

/** The variables of a function that hold what a query gave: `const rows = await ...`, `const [rows] = ...`, `const { rows } = ...`. */
export const storedNames: (fn: FunctionNode) => ReadonlySet<string> = remembered((fn) => {
  const found = new Set<string>();
  const assigned = new Set<string>();
  walk(fn.body, (node) => {
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier") assigned.add(node.left.name);
    if (
      node.type === "ForOfStatement" &&
      node.left.type === "VariableDeclaration" &&
      node.right.type === "Identifier"
    ) {
      const item = node.left.declarations[0]?.id;
      if (item?.type === "Identifier" && found.has(node.right.name)) found.add(item.name);
    }
    if (node.type !== "VariableDeclarator" || !node.init || !isRead(node.init)) return;
    const name = nameIn(node.id);
    if (name !== undefined) found.add(name);
  });
  for (const name of assigned) found.delete(name);
  return found;
});

/** `await db.query("SELECT ...")`, also `db.prepare("SELECT ...").all()`, which waits for nobody. */
function isRead(init: t.Node): boolean {
  const call = init.type === "AwaitExpression" ? init.argument : init;
  if (call.type !== "CallExpression") return false;
  return (call !== init && chainedCalls(call).some(isReading)) || chainedCalls(call).some(isPrepared);
}

const isPrepared = ({ callee, arguments: [text] }: t.CallExpression): boolean =>
  callee.type === "MemberExpression" &&
  keyName(callee.property) === "prepare" &&
  text !== undefined &&
  isSqlText(text);

function nameIn(id: t.Node): string | undefined {
  if (id.type === "Identifier") return id.name;
  if (id.type === "ArrayPattern")
    return id.elements[0]?.type === "Identifier" ? id.elements[0].name : undefined;
  if (id.type !== "ObjectPattern") return undefined;
  const [rows] = id.properties;
  return rows?.type === "ObjectProperty" && rows.value.type === "Identifier" && rows.value.name === "rows"
    ? "rows"
    : undefined;
}
