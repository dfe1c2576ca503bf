import { parentOf, walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";

/** `let sql = "SELECT ..."; if (id) sql = `SELECT ... ${id}``: each text that a variable is given, where there are several. */
export const textsGiven = (name: string, fn: FunctionNode): readonly t.Node[] => givenIn(fn).get(name) ?? [];

const givenIn = remembered((fn: FunctionNode): ReadonlyMap<string, readonly t.Node[]> => {
  const found = new Map<string, t.Node[]>();
  const others = new Set<string>();
  const assigned = new Set<string>();
  const note = (name: string, value: t.Node): void => {
    // `sql = format(sql, values)` is another text, and nobody knows which.
    if (!TEXTS.has(value.type)) others.add(name);
    else found.set(name, [...(found.get(name) ?? []), value]);
  };
  walk(fn.body, (node) => {
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init)
      note(node.id.name, node.init);
    if (node.type !== "AssignmentExpression" || node.left.type !== "Identifier") return;
    if (node.operator === "=") assigned.add(node.left.name);
    // Under no condition: what it held before is gone.
    if (node.operator === "=" && isAlways(node, fn)) found.delete(node.left.name);
    note(node.left.name, node.right);
  });
  for (const name of found.keys()) if (others.has(name) || !assigned.has(name)) found.delete(name);
  return found;
});

function isAlways(node: t.AssignmentExpression, fn: FunctionNode): boolean {
  const statement = parentOf(node);
  return statement?.type === "ExpressionStatement" && parentOf(statement) === fn.body;
}

const TEXTS: ReadonlySet<string> = new Set(["StringLiteral", "TemplateLiteral", "BinaryExpression"]);
