import { callArguments, calleeName, handlerAround, type HandlerNames } from "../../kit/nodes.ts";
import { wholePart } from "../../kit/request-data.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import type { t } from "../../../parse/ast.ts";

export const rule: Rule = defineRule({
  id: "template/user-locals",
  title: "The whole request is handed to the template engine",
  severity: "high",
  confidence: "high",
  cwe: [94, 73],
  asvs: ["1.3.7"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Engines read options from the same object: `layout`, `settings` and their like let a request read files or run code.",
  fix: 'Pass the fields the page shows: `res.render("page", { name: req.body.name })`.',
  callees: [/\.render$/],
  visit: {
    CallExpression(node, { module, report }) {
      if (calleeName(node)?.endsWith(".render") !== true) return;
      const handler = handlerAround(node);
      if (handler === undefined || handler.res === "" || calleeName(node) !== `${handler.res}.render`) return;
      const [, locals] = callArguments(node);
      if (locals !== undefined && isWhole(locals, handler))
        report({ at: { module, node }, message: "The locals are the request's own object." });
    },
  },
});

function isWhole(node: t.Node, handler: HandlerNames): boolean {
  if (node.type === "ObjectExpression")
    return node.properties.some((one) => one.type === "SpreadElement" && isWhole(one.argument, handler));
  const part = wholePart(node, handler);
  return part === "query" || part === "body";
}
