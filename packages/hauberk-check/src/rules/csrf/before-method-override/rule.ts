import { isCsrf } from "../../../engine/protections.ts";
import { firstPart } from "../../kit/csrf.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "csrf/before-method-override",
  title: "The method is changed after the CSRF check",
  severity: "high",
  confidence: "high",
  cwe: [352],
  asvs: ["3.5.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "A GET passes the check unchecked and then becomes a DELETE.",
  fix: "Mount method-override before the CSRF protection.",
  app({ view, report }) {
    const csrf = firstPart(view, isCsrf);
    const override = firstPart(view, (part) => part.role === "method-override");
    if (csrf === undefined || override === undefined || csrf.part.role === "hauberk" || override.at < csrf.at)
      return;
    report({
      at: override.part.site,
      message: "This runs after the CSRF protection.",
      related: [{ at: csrf.part.site, message: "the protection" }],
    });
  },
});
