import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "meta/suppression-without-reason",
  title: "A suppression gives no reason",
  severity: "low",
  confidence: "high",
  cwe: [],
  asvs: [],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Nobody can tell later whether the exception still holds, so it stays for ever. Such a comment suppresses nothing.",
  fix: "Write why, and until when: `// hauberk-check-ignore rule-id -- reason (expires 2027-01-31)`.",
});
