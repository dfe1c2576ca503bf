import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import type { Module } from "../../../model/module.ts";
import type { t } from "../../../parse/ast.ts";
import { keyName, leaves, sourceText } from "../../kit/nodes.ts";
import { asksWho, lacks, OF_VISITOR } from "./asked.ts";

/** The answer by which one branch of an `if` turns somebody away, without an end to it; `test` where it is the first. */
export function refusalIn(
  branch: t.Statement,
  test: t.Node | undefined,
  res: string,
  module: Module,
): t.Statement | undefined {
  if (leaves(branch)) return undefined;
  const said = (branch.type === "BlockStatement" ? branch.body : [branch]).filter((one) => isOf(one, res));
  const last = said.at(-1);
  if (last === undefined) return undefined;
  const text = said.map((one) => sourceText(module, one)).join("\n");
  if (REFUSES.test(text) && said.some(sends)) return last;
  // A page that is not there has a status of its own, and somebody below shows it: only 401 of whom is not there is a refusal.
  const asked = test === undefined ? "" : sourceText(module, test);
  const isWho = said.some(sends) ? OF_VISITOR.test(asked) : REFUSES.test(text) && asksWho(asked);
  return isWho && test !== undefined && lacks(test) ? last : undefined;
}

/** Answers to somebody who may not pass. */
export const REFUSES: RegExp = /\b4\d\d\b|redirect\s?\(/;

/** `res.status(401).end();`, and `res.statusCode = 401;` before it. */
function isOf(one: t.Statement, res: string): boolean {
  if (one.type !== "ExpressionStatement") return false;
  const said = one.expression.type === "AwaitExpression" ? one.expression.argument : one.expression;
  const written = said.type === "AssignmentExpression" ? said.left : said;
  return (
    (said.type === "CallExpression" || said.type === "AssignmentExpression") &&
    leftmostIdentifier(written) === res
  );
}

function sends(statement: t.Statement): boolean {
  const said = statement.type === "ExpressionStatement" ? statement.expression : undefined;
  return (
    said?.type === "CallExpression" &&
    said.callee.type === "MemberExpression" &&
    /^(?:send|json|jsonp|end|render|redirect|sendFile|sendStatus)$/.test(keyName(said.callee.property))
  );
}
