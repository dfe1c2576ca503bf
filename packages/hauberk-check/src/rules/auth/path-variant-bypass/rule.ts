import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "auth/path-variant-bypass",
  title: "A guarded path opens in another spelling",
  severity: "high",
  confidence: "medium",
  cwe: [178, 647],
  asvs: ["8.2.1"],
  lenses: ["live"],
  express: ALL_EXPRESS,
  why: "The router takes both spellings for the same route and the guard does not, so nobody has to sign in.",
  fix: "Mount the guard on the router or on the route itself, instead of comparing the path by hand.",
  example: {
    faulty: "GET /admin   401\nGET /Admin   200",
    fixed: "GET /admin   401\nGET /Admin   401",
  },
  live({ facts, report }) {
    for (const one of facts.variants ?? []) {
      report({
        url: one.url,
        message: `${one.guarded} is refused (${String(one.guardedStatus)}); this spelling is answered (${String(one.status)}).`,
      });
    }
  },
});
