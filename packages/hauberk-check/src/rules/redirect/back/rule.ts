import { callArguments, calleeName, dotted, handlerAround } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import type { Module } from "../../../model/module.ts";
import type { t } from "../../../parse/ast.ts";

/** Files that were spoken of. */
const SEEN = new WeakSet<Module>();

export const rule: Rule = defineRule({
  id: "redirect/back",
  title: "The Referer says where to go",
  severity: "low",
  confidence: "high",
  cwe: [601],
  asvs: ["3.7.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: 'Who links to the app decides where its visitors land afterwards; in Express 5 the word "back" is a path like any other, so the redirect goes nowhere.',
  fix: "Redirect to a path of the app's own.",
  callees: [/\.redirect$/],
  visit: {
    CallExpression(node, { module, report }) {
      if (calleeName(node)?.endsWith(".redirect") !== true) return;
      const handler = handlerAround(node);
      if (handler === undefined || handler.res === "" || calleeName(node) !== `${handler.res}.redirect`)
        return;
      const target = callArguments(node).at(-1);
      if (target === undefined) return;
      const isBack = target.type === "StringLiteral" && target.value === "back";
      // Once a file: one helper replaces them all.
      if ((!isBack && !isReferer(target, handler.req)) || SEEN.has(module)) return;
      SEEN.add(module);
      report({ at: { module, node }, message: "The target is the Referer." });
    },
  },
});

function isReferer(node: t.Node, req: string): boolean {
  if (node.type === "LogicalExpression") return isReferer(node.left, req);
  const name = calleeName(node);
  if (name === `${req}.get` || name === `${req}.header`) {
    const [first] = callArguments(node);
    return first?.type === "StringLiteral" && /^referr?er$/i.test(first.value);
  }
  return new RegExp(String.raw`^${req}\.headers\.referr?er$`, "i").test(dotted(node) ?? "");
}
