import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import type { Module } from "../../../model/module.ts";
import type { Value } from "../../../model/values.ts";
import { parentOf, type Node, type t } from "../../../parse/ast.ts";
import { handlerAround, sourceText } from "../../kit/nodes.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import type { NodeContext } from "../../rule.ts";
import { asksWho, LOOKS_AT_ANSWER } from "./asked.ts";

/**
 * `requireLogin(req, res);` as a statement of its own in a handler: the helper redirects who is not signed in, and the
 * handler goes on for them all the same.
 */
export function checkHelper(node: Node, context: NodeContext): void {
  // It is given the request and the answer, at least.
  if (node.type !== "CallExpression" || node.arguments.length < 2) return;
  if (parentOf(node)?.type !== "ExpressionStatement") return;
  const handler = handlerAround(node);
  const block = handler?.fn.body;
  if (handler === undefined || block?.type !== "BlockStatement") return;
  const at = block.body.findIndex((one) => one === parentOf(node));
  const given = node.arguments.map((one) => (one.type === "Identifier" ? one.name : ""));
  if (at === -1 || handler.res === "" || !given.includes(handler.req) || !given.includes(handler.res)) return;
  const isFollowed = block.body.slice(at + 1).some((one) => answers(context.module, one, handler.res));
  const helper = context.value(node.callee);
  if (!isFollowed || helper.k !== "fn" || !turnsAway(helper, given.indexOf(handler.res))) return;
  if (LOOKS_AT_ANSWER.test(sourceText(context.module, block))) return;
  context.report({
    at: { module: context.module, node },
    message: "This check answers whom it turns away, and the handler goes on for them all the same.",
    fix: "Make it a middleware that calls next() only for those who may pass, or return when it has answered.",
    related: [{ at: { module: helper.module, node: helper.node }, message: "the check" }],
  });
}

/** Refuses under a condition, and neither throws nor is left to answer for good. */
function turnsAway({ module, node }: Extract<Value, { k: "fn" }>, at: number): boolean {
  const res = node.params[at];
  if (res?.type !== "Identifier" || node.body.type !== "BlockStatement" || node.params.length > 2)
    return false;
  const [only, ...others] = node.body.body.filter((one) => one.type === "IfStatement");
  if (only?.type !== "IfStatement" || others.length > 0 || only.alternate) return false;
  const last = lastOf(only.consequent);
  const answer =
    last?.type === "ReturnStatement"
      ? last.argument
      : last?.type === "ExpressionStatement"
        ? last.expression
        : undefined;
  if (!answer || answer.type !== "CallExpression" || leftmostIdentifier(answer) !== res.name) return false;
  return /\b4\d\d\b|redirect\s*\(/.test(sourceText(module, answer)) && asksWho(sourceText(module, only.test));
}

const answers = (module: Module, node: t.Node, res: string): boolean =>
  new RegExp(
    String.raw`(?<![\w$.])${escapeForPattern(res)}\s*\.\s*(?:send|json|render|redirect|end|status|sendFile)\b`,
  ).test(sourceText(module, node));

const lastOf = (branch: t.Statement): t.Statement | undefined =>
  branch.type === "BlockStatement" ? branch.body.at(-1) : branch;
