import { ancestors, hasParameter, isFunction, parentOf, type t } from "../../parse/ast.ts";
import { keyName } from "./nodes.ts";

/** `sqlOf(req.params.id)` for the `sql` of `sqlOf(req.params.id).then((sql) => db.query(sql))`. */
export function promiseBehind(node: t.Identifier): t.Node | undefined {
  const fn = ancestors(node).find((up) => isFunction(up) && hasParameter(up, node.name));
  if (fn === undefined || !isFunction(fn)) return undefined;
  const [param] = fn.params;
  const call = parentOf(fn);
  return param?.type === "Identifier" &&
    param.name === node.name &&
    call?.type === "CallExpression" &&
    call.arguments[0] === fn &&
    call.callee.type === "MemberExpression" &&
    keyName(call.callee.property) === "then"
    ? call.callee.object
    : undefined;
}
