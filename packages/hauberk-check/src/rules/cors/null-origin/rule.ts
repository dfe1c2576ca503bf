import { ancestors, walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { isTrue } from "../../kit/callbacks.ts";
import { ownCorsFunctions } from "../../kit/cors.ts";
import { isEchoed } from "../../kit/live-origins.ts";
import { callArguments } from "../../kit/nodes.ts";
import { literals, option, optionSite } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "cors/null-origin",
  title: "The origin null is allowed",
  severity: "medium",
  confidence: "high",
  cwe: [942],
  asvs: ["3.4.2"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "Any site gets that origin by loading its page in a sandboxed frame.",
  fix: 'Remove "null" from the list.',
  call: {
    names: ["cors"],
    run(call, context) {
      const origin = option(call, "origin");
      const test = origin.k === "fn" ? nullTest(origin.node) : undefined;
      if (origin.k === "fn" && test !== undefined)
        context.report({
          at: { module: origin.module, node: test },
          message: 'The origin "null" is let through.',
        });
      const found = literals(origin).find((one) => one.text === "null");
      if (found !== undefined)
        context.report({
          at: found.site ?? optionSite(call, "origin"),
          message: '"null" is among the allowed origins.',
        });
    },
  },
  app(context) {
    for (const { node, module } of ownCorsFunctions(context)) {
      const test = nullTest(node);
      if (test !== undefined)
        context.report({ at: { module, node: test }, message: 'The origin "null" is let through.' });
    }
  },
  live({ facts, report }) {
    // Who is let in from everywhere is let in from null as well: that fault has its own name.
    if (facts.cors.some((one) => one.sent !== "null" && isEchoed(one))) return;
    const answer = facts.cors.find((one) => one.sent === "null" && isEchoed(one))?.answer;
    if (answer !== undefined) report({ url: answer.url, message: "Origin null was allowed." });
  },
});

/** `if (!origin || origin === "null") return callback(null, true)` */
function nullTest(fn: FunctionNode): t.Node | undefined {
  let found: t.Node | undefined;
  walk(fn.body, (node) => {
    if (node.type !== "BinaryExpression" || !/^===?$/.test(node.operator)) return;
    if (![node.left, node.right].some((one) => one.type === "StringLiteral" && one.value === "null")) return;
    if (isLetThrough(node)) found = node;
  });
  return found;
}

/** The branch that is taken when the test holds, whatever else it is joined to by `||`, calls back with `true`. */
function isLetThrough(test: t.Node): boolean {
  let inner = test;
  for (const up of ancestors(test)) {
    if (up.type === "IfStatement" || up.type === "ConditionalExpression")
      return up.test === inner && allows(up.consequent);
    if (up.type !== "LogicalExpression" || up.operator !== "||") return false;
    inner = up;
  }
  return false;
}

function allows(branch: t.Node): boolean {
  let isAllowed = false;
  walk(branch, (node) => {
    const [error, allowed] = callArguments(node);
    if (error?.type === "NullLiteral" && allowed !== undefined && isTrue(allowed)) isAllowed = true;
    // `res.setHeader("Access-Control-Allow-Origin", origin)`
    if (error?.type === "StringLiteral" && /^access-control-allow-origin$/i.test(error.value) && allowed)
      isAllowed ||= allowed.type !== "StringLiteral" || /^(?:\*|null)$/.test(allowed.value);
  });
  return isAllowed;
}
