import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "methods/unexpected",
  title: "TRACE is answered",
  severity: "low",
  confidence: "high",
  cwe: [650],
  asvs: ["13.4.4"],
  lenses: ["live"],
  express: ALL_EXPRESS,
  why: "An answer that echoes the request shows a script cookies and headers it may not read.",
  fix: "Answer 405 to methods the app does not use, in the app or in the proxy.",
  live({ facts, report }) {
    if (facts.trace !== undefined && facts.trace.status < 300)
      report({ url: facts.trace.url, message: `TRACE was answered with ${String(facts.trace.status)}.` });
  },
});
