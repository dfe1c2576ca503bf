import { allParts } from "../../../model/view.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "error/debug-handler",
  title: "The debugging error page is on in production",
  severity: "medium",
  confidence: "high",
  cwe: [489],
  asvs: ["13.4.2"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "errorhandler shows every visitor the stack and message of each error.",
  fix: 'Mount it only in development: `if (app.get("env") === "development") app.use(errorhandler())`.',
  app({ view, report }) {
    for (const { part, step } of allParts(view)) {
      if (part.role === "debug-errors" && !part.conditional && !("conditional" in step && step.conditional))
        report({ at: part.site, message: `${part.name} is mounted in every environment.` });
    }
  },
});
