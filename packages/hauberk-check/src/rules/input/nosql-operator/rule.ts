import { callArguments, handlerAround, isTestedBefore, requestSource, sourceText } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import type { Node, t } from "../../../parse/ast.ts";

const QUERIES =
  /^(?:find|findOne|findOneAndUpdate|findOneAndDelete|findOneAndRemove|findOneAndReplace|updateOne|updateMany|deleteOne|deleteMany|countDocuments|exists|where|remove|update|count)$/;

export const rule: Rule = defineRule({
  id: "input/nosql-operator",
  title: "Request data can be a query operator",
  severity: "high",
  confidence: "medium",
  cwe: [943],
  asvs: ["1.2.4"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: '`{"password": {"$ne": ""}}` is no text but a condition that is always true: a login without a password.',
  fix: "Make it what it must be: `String(req.body.name)`, or a schema that refuses objects.",
  visit: {
    CallExpression(node, context) {
      if (
        node.type !== "CallExpression" ||
        node.callee.type !== "MemberExpression" ||
        node.callee.property.type !== "Identifier"
      )
        return;
      if (!QUERIES.test(node.callee.property.name) || !usesMongo(context)) return;
      check(node, context);
    },
  },
});

function check(node: Node, context: NodeContext): void {
  const handler = handlerAround(node);
  const [filter] = callArguments(node);
  if (handler === undefined || filter === undefined) return;
  for (const value of filter.type === "ObjectExpression" ? valuesOf(filter) : [filter]) {
    const source = requestSource(value, handler.req);
    if (source !== "body" && source !== "query") continue;
    if (
      isTestedBefore(context.module, node, sourceText(context.module, value)) ||
      value.type === "CallExpression"
    )
      continue;
    context.report({
      at: { module: context.module, node },
      message: `req.${source} reaches the filter as it came.`,
    });
    return;
  }
}

const valuesOf = (node: t.ObjectExpression): readonly t.Node[] =>
  node.properties.flatMap((one) => (one.type === "ObjectProperty" ? [one.value] : []));

function usesMongo({ program, express }: NodeContext): boolean {
  if (program.mention(/["'](?:mongoose|mongodb|mongojs|monk)["']/) === undefined) return false;
  return express === 5 || program.mention(/sanitizeFilter['"]?\s*[,:]\s*true|mongo-sanitize/) === undefined;
}
