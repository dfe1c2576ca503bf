import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "meta/unused-suppression",
  title: "A suppression has nothing left to suppress",
  severity: "low",
  confidence: "high",
  cwe: [],
  asvs: [],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "A stale or expired comment would hide the same fault when it comes back.",
  fix: "Remove the comment, or decide again and give it a new date.",
});
