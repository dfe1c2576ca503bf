import type { Module } from "../../../model/module.ts";
import { ancestors, isFunction, type Node } from "../../../parse/ast.ts";
import { calleeName, handlerAround, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { accessPattern, isTestedBefore } from "../../kit/tested.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const METHODS =
  "split|toLowerCase|toUpperCase|trim|replace|startsWith|endsWith|substring|substr|match|charAt|localeCompare|padStart";

export const rule: Rule = defineRule({
  id: "input/type-confusion",
  title: "A query value is taken for text untested",
  severity: "low",
  confidence: "medium",
  cwe: [843],
  asvs: ["15.3.5"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "`?name=a&name=b` makes it a list: the method does not exist there, and in an async handler of Express 4 the error ends the process.",
  fix: 'Check it: `if (typeof req.query.name !== "string") return res.sendStatus(400)`.',
  visit: {
    CallExpression(node, { module, report }) {
      const name = calleeName(node);
      if (name === undefined || !name.includes(".query.")) return;
      const handler = handlerAround(node);
      if (handler === undefined) return;
      const match = new RegExp(String.raw`^(${handler.req}\.query\.\w+)\.(?:${METHODS})$`).exec(name);
      if (
        match?.[1] === undefined ||
        isTestedBefore(module, node, match[1]) ||
        aliasesOf(match[1], handler, module).some((alias) => isTestedBefore(module, node, alias)) ||
        isGuardedInline(node, match[1], (one) => sourceText(module, one))
      )
        return;
      report({ at: { module, node }, message: `${match[1]} may be a list or an object.` });
    },
  },
});

/** `const q = req.query.q; if (isString(q)) return req.query.q.trim()`. */
const aliasesOf = (text: string, { fn }: HandlerNames, module: Module): readonly string[] =>
  (module.index.get("VariableDeclarator") ?? []).flatMap((one) =>
    one.type === "VariableDeclarator" &&
    one.id.type === "Identifier" &&
    one.init &&
    (one.start ?? 0) > (fn.start ?? 0) &&
    (one.end ?? 0) < (fn.end ?? 0) &&
    sourceText(module, one.init) === text
      ? [one.id.name]
      : [],
  );

function isGuardedInline(node: Node, text: string, read: (node: Node) => string): boolean {
  const asksType = new RegExp(String.raw`typeof\s+${accessPattern(text)}`);
  for (const up of ancestors(node)) {
    if (isFunction(up) || up.type === "BlockStatement") return false;
    if ((up.type === "LogicalExpression" || up.type === "ConditionalExpression") && asksType.test(read(up)))
      return true;
  }
  return false;
}
