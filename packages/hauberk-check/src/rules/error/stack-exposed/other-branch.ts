import { ancestors, isFunction, walk, type t } from "../../../parse/ast.ts";

/**
 * `if (error.code) res.json({ message: error.message }); else res.json({ message: String(error) })`: one error that is told in two
 * ways is one finding, at the first of them.
 */
export function isToldInFirstBranch(answer: t.Node, isToldSo: (other: t.CallExpression) => boolean): boolean {
  let inner = answer;
  for (const up of ancestors(answer)) {
    if (isFunction(up) || up.type === "CatchClause") return false;
    if (up.type === "IfStatement" && up.alternate === inner && holds(up.consequent, isToldSo)) return true;
    inner = up;
  }
  return false;
}

function holds(branch: t.Node, isToldSo: (other: t.CallExpression) => boolean): boolean {
  let found = false;
  walk(branch, (node) => {
    if (found || isFunction(node)) return false;
    found = node.type === "CallExpression" && isToldSo(node);
    return !found;
  });
  return found;
}
