import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import { ancestors, isFunction, type t } from "../../../parse/ast.ts";
import { sourceText } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import type { Node } from "../../../parse/ast.ts";

const ANSWERS: ReadonlySet<string> = new Set(["send", "json", "end", "render", "write", "jsonp"]);

export const rule: Rule = defineRule({
  id: "error/stack-exposed",
  title: "Errors are answered with their inside",
  severity: "medium",
  confidence: "high",
  cwe: [209],
  asvs: ["16.5.1"],
  lenses: ["source", "live"],
  express: ALL_EXPRESS,
  why: "A stack trace names files, versions and queries; an attacker learns from it where to push.",
  fix: "Answer with a neutral text and an id, and write the error to the log.",
  visit: {
    CallExpression(node, context) {
      if (
        node.type !== "CallExpression" ||
        node.callee.type !== "MemberExpression" ||
        node.callee.property.type !== "Identifier"
      )
        return;
      if (
        !ANSWERS.has(node.callee.property.name) ||
        !/^_?(?:res|response)$/.test(leftmostIdentifier(node) ?? "")
      )
        return;
      for (const argument of node.arguments) if (showsStack(argument, context)) complain(node, context);
    },
  },
  live({ facts, report }) {
    const leak = [...facts.answers, ...(facts.oddInput ?? []).map((one) => one.answer)].find(
      (one) => one.status >= 400 && hasFrames(one.body),
    );
    if (leak !== undefined)
      report({ url: leak.url, message: `The ${String(leak.status)} answer shows a stack trace.` });
  },
});

function showsStack(argument: t.Node, { module }: NodeContext): boolean {
  if (isFunction(argument)) return false;
  const text = sourceText(module, argument);
  const name = /\b(err|error|e|ex|exception)(?:\s+as\s+[\w.]+\))?[?!]?\.stack\b/.exec(text)?.[1];
  return name !== undefined && !/(?:production|development|\bdev|isProd|debug|NODE_ENV)/i.test(text);
}

function complain(node: Node, { module, report }: NodeContext): void {
  for (const up of ancestors(node)) {
    if (isFunction(up)) break;
    if (up.type === "IfStatement" || up.type === "ConditionalExpression") {
      if (/production|development|\bdev|isProd|debug|env\b/i.test(sourceText(module, up.test))) return;
    }
  }
  report({ at: { module, node }, message: "The answer contains the error's stack." });
}

/** A line of a stack: "at name (/path:1:2)", "at C:\\path:1:2", in HTML and in JSON as well as in plain text. */
function hasFrames(body: string): boolean {
  if (/node_modules[\\/](?:express|router|body-parser)[\\/]/.test(body)) return true;
  const lines = body.replaceAll("&nbsp;", " ").split(/\n|\\n|<br/);
  return lines.some((line) => line.trimStart().startsWith("at ") && /[\\/][\w.-]+:\d+:\d+/.test(line));
}
