import { allParts } from "../../../model/view.ts";
import { isTokenCsrf } from "../../kit/csrf.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "csrf/exempt-path",
  title: "Some requests skip the CSRF protection",
  severity: "info",
  confidence: "high",
  cwe: [352],
  asvs: ["3.5.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Every exception is a route other sites may call; a prefix grows as routes are added under it.",
  fix: "Keep the list short, exact and with a reason, and mount the exempt routes before the protection instead where possible.",
  app({ view, report }) {
    const seen = new Set<unknown>();
    for (const { part } of allParts(view)) {
      if (!part.wrapped || !part.conditional || !isTokenCsrf(part) || seen.has(part.site.node)) continue;
      seen.add(part.site.node);
      report({ at: part.site, message: "The protection is only called for some requests." });
    }
  },
});
