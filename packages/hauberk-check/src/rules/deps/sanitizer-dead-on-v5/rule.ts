import { allParts } from "../../../model/view.ts";
import { handlerAround } from "../../kit/nodes.ts";
import { defineRule, type Rule } from "../../rule.ts";

const DEAD = /^(?:express-mongo-sanitize|xss-clean|hpp)(?:\.|$)/;

export const rule: Rule = defineRule({
  id: "deps/sanitizer-dead-on-v5",
  title: "A sanitizer that changes req.query does nothing on Express 5",
  severity: "high",
  confidence: "high",
  cwe: [20],
  asvs: ["2.2.1"],
  lenses: ["source", "stack"],
  express: [5],
  why: "In Express 5 req.query is computed anew at every access: assigning to it throws or is ignored, and edits in place are lost, so the route sees the raw input.",
  fix: "Validate into a property of your own, for example `req.valid = schema.parse(req.query)`, and read that in the routes.",
  app({ view, report }) {
    for (const { part } of allParts(view)) {
      if (DEAD.test(part.name))
        report({ at: part.site, message: `${part.name} works by changing req.query.` });
    }
  },
  visit: {
    AssignmentExpression(node, { module, program, report }) {
      if (node.type !== "AssignmentExpression" || node.left.type !== "MemberExpression") return;
      // In Express 4 this works; only a manifest tells which one the code runs on.
      if (!program.packages.knowsExpress(module.path)) return;
      const { object, property } = node.left;
      if (object.type !== "Identifier" || property.type !== "Identifier" || property.name !== "query") return;
      if (handlerAround(node)?.req === object.name)
        report({ at: { module, node }, message: `${object.name}.query is assigned here.` });
    },
  },
});
