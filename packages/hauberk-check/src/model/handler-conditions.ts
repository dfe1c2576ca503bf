import { ancestors, enclosingFunction, type FunctionNode, type t } from "../parse/ast.ts";

/** Whether a call in a handler runs under a condition of the handler's own. */
export function isGuarded(node: t.Node, fn: FunctionNode): boolean {
  for (const up of ancestors(node)) {
    if (up === fn) break;
    if (up.type === "IfStatement" || up.type === "ConditionalExpression" || up.type === "LogicalExpression")
      return true;
  }
  // An early `if (...) return next();` above the call has the same effect.
  const body = fn.body.type === "BlockStatement" ? fn.body.body : [];
  return body.some(
    (one) =>
      one.type === "IfStatement" && (one.start ?? 0) < (node.start ?? 0) && enclosingFunction(one) === fn,
  );
}
