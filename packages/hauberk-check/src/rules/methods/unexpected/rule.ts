import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "methods/unexpected",
  title: "A method nobody needs is answered",
  severity: "low",
  confidence: "high",
  cwe: [650],
  asvs: ["13.4.4"],
  lenses: ["live"],
  express: ALL_EXPRESS,
  why: "TRACE echoes cookies to scripts that may not read them; a GET that counts as DELETE is a link that deletes.",
  fix: "Answer 405 to methods the app does not use, in the app or in the proxy.",
  example: {
    faulty: "TRACE /\n\n200",
    fixed: "TRACE /\n\n405",
  },
  live({ facts, report }) {
    if (facts.trace !== undefined && facts.trace.status < 300)
      report({ url: facts.trace.url, message: `TRACE was answered with ${String(facts.trace.status)}.` });
    if (facts.overriddenGet !== undefined)
      report({
        url: facts.overriddenGet.url,
        message: "A GET was taken for the method it asked to be (HEAD here; DELETE would do as well).",
        severity: "high",
        fix: "Let method-override change POST only (its default), and read the method from the body or one header.",
      });
  },
});
