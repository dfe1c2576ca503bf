import { ancestors, type FunctionNode, type t } from "../../../parse/ast.ts";
import { leaves } from "../../kit/nodes.ts";

export interface Condition {
  readonly test: t.Node;
  /** What it comes to where the header is set. */
  readonly when: boolean;
}

/** What held on the way to a node: the branches it stands in, and those before it that leave. */
export function conditionsOf(node: t.Node, fn: FunctionNode): readonly Condition[] {
  const found: Condition[] = [];
  let inner = node;
  for (const up of ancestors(node)) {
    if (up === fn) break;
    if ((up.type === "IfStatement" || up.type === "ConditionalExpression") && up.test !== inner)
      found.push({ test: up.test, when: up.consequent === inner });
    if (up.type === "LogicalExpression" && up.operator === "&&" && up.right === inner)
      found.push({ test: up.left, when: true });
    if (up.type === "BlockStatement")
      for (const before of up.body) {
        if (before === inner) break;
        if (before.type === "IfStatement" && leaves(before.consequent))
          found.push({ test: before.test, when: false });
      }
    inner = up;
  }
  return found;
}
