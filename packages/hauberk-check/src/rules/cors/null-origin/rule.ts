import { isEchoed } from "../../kit/live-origins.ts";
import { literals, option, optionSite } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "cors/null-origin",
  title: "The origin null is allowed",
  severity: "medium",
  confidence: "high",
  cwe: [942],
  asvs: ["3.4.2"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "Any site gets that origin by loading its page in a sandboxed frame.",
  fix: 'Remove "null" from the list.',
  call: {
    names: ["cors"],
    run(call, context) {
      const found = literals(option(call, "origin")).find((one) => one.text === "null");
      if (found !== undefined)
        context.report({
          at: found.site ?? optionSite(call, "origin"),
          message: '"null" is among the allowed origins.',
        });
    },
  },
  live({ facts, report }) {
    // Who is let in from everywhere is let in from null as well: that fault has its own name.
    if (facts.cors.some((one) => one.sent !== "null" && isEchoed(one))) return;
    const answer = facts.cors.find((one) => one.sent === "null" && isEchoed(one))?.answer;
    if (answer !== undefined) report({ url: answer.url, message: "Origin null was allowed." });
  },
});
