import { isFunction, type t, type Node } from "../../../parse/ast.ts";
import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "auth/guard-falls-through",
  title: "A guard answers, and the handler runs all the same",
  severity: "high",
  confidence: "high",
  cwe: [698],
  asvs: ["16.5.3"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "The client sees a refusal, but next() is called after it and what was to be guarded is done.",
  fix: "Return with the answer: `return res.status(401).end();`.",
  visit: {
    FunctionDeclaration: check,
    FunctionExpression: check,
    ArrowFunctionExpression: check,
    ClassMethod: check,
    ObjectMethod: check,
  },
});

function check(node: Node, context: NodeContext): void {
  if (!isFunction(node) || node.body.type !== "BlockStatement") return;
  const names = node.params.map((param) => (param.type === "Identifier" ? param.name : ""));
  const [req, res, next] = names.length === 4 ? names.slice(1) : names;
  if (req === undefined || res === undefined || next === undefined || !/^_?re[qs]/.test(req) || next === "")
    return;
  checkBlock(node.body.body, res, next, context);
}

function checkBlock(
  statements: readonly t.Statement[],
  res: string,
  next: string,
  context: NodeContext,
): void {
  for (const [i, statement] of statements.entries()) {
    if (statement.type === "TryStatement") checkBlock(statement.block.body, res, next, context);
    if (statement.type !== "IfStatement") continue;
    const last = branchesOf(statement)
      .map(lastOf)
      .find((one) => one?.type === "ExpressionStatement" && refuses(one.expression, res, context));
    if (last === undefined) continue;
    const after = statements.slice(i + 1).find((one) => goesOn(one, next));
    if (after !== undefined) {
      context.report({
        at: { module: context.module, node: last },
        message: "This answer is not the end: next() runs below it.",
        related: [{ at: { module: context.module, node: after }, message: "next()" }],
      });
    }
  }
}

function branchesOf(statement: t.IfStatement): readonly t.Statement[] {
  const { consequent, alternate } = statement;
  if (!alternate) return [consequent];
  return [consequent, ...(alternate.type === "IfStatement" ? branchesOf(alternate) : [alternate])];
}

const lastOf = (branch: t.Statement): t.Statement | undefined =>
  branch.type === "BlockStatement" ? branch.body.at(-1) : branch;

const goesOn = (one: t.Statement, next: string): boolean =>
  one.type === "ExpressionStatement" &&
  one.expression.type === "CallExpression" &&
  leftmostIdentifier(one.expression) === next &&
  one.expression.arguments.length === 0;

function refuses(node: t.Node, res: string, context: NodeContext): boolean {
  if (node.type !== "CallExpression" || leftmostIdentifier(node) !== res) return false;
  return /\b(?:4\d\d)\b|redirect\s*\(/.test(context.module.text.slice(node.start ?? 0, node.end ?? 0));
}
