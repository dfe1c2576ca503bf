import type { Node } from "../../../parse/ast.ts";
import { dataAround } from "../../kit/handed-over.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { isChecked } from "./checked.ts";
import { pairOf } from "./pairs.ts";
import { alternativesOf, branchesOf, type Branches } from "./tests.ts";

export const rule: Rule = defineRule({
  id: "auth/unset-secret",
  title: "A guard lets everybody through where its variable is not set",
  severity: "medium",
  confidence: "medium",
  cwe: [287, 636],
  asvs: ["13.3.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "What was not sent and what is not set are both undefined, and undefined === undefined: one forgotten variable in a deployment, and the guard is open to everybody. Nothing looks wrong.",
  fix: "Refuse to start when the variable is not set: `if (!process.env.API_KEY) throw new Error(...)`, and refuse a request that brings nothing.",
  needs: /\b40[13]\b|unauthori[sz]ed|forbidden|canActivate/i,
  visit: {
    IfStatement: check,
    ConditionalExpression: check,
    ClassMethod: check,
  },
});

function check(node: Node, context: NodeContext): void {
  const branches = branchesOf(node, context.module);
  if (branches !== undefined) checkTest(branches, context);
}

/** All that the test asks is answered by a request that brings nothing. */
function checkTest(branches: Branches, context: NodeContext): void {
  const comparisons = alternativesOf(branches);
  const handler = comparisons === undefined ? undefined : dataAround(branches.test, context);
  if (comparisons === undefined || handler === undefined) return;
  const pairs = comparisons.map((one) => pairOf(one, handler, context));
  const [first] = pairs;
  if (first === undefined || pairs.includes(undefined)) return;
  const known = pairs.filter((one) => one !== undefined);
  if (known.some((one) => isChecked(one, { test: branches.test, handler, context }))) return;
  const names = [...new Set(known.map((one) => one.variable))];
  const sent =
    first.prefix === undefined ? "a request that sends nothing" : `a request with "${first.prefix}undefined"`;
  const [are, them] = names.length > 1 ? ["are", "them"] : ["is", "it"];
  context.report({
    at: { module: context.module, node: comparisons[0] ?? branches.test },
    message: `Where ${names.join(" and ")} ${are} not set, ${sent} is let through; nothing in the project asks for ${them}.`,
  });
}
