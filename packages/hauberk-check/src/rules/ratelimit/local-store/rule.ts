import { isKnown } from "../../../model/values.ts";
import { option, optionsOf } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ratelimit/local-store",
  title: "Each process counts for itself",
  severity: "low",
  confidence: "high",
  cwe: [799],
  asvs: ["2.4.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "With several workers the limit is several times as high, and every restart forgets it.",
  fix: "Give the limiter a shared store, such as Redis.",
  call: {
    names: ["express-rate-limit", "express-rate-limit.rateLimit"],
    run(call, context) {
      const options = optionsOf(call);
      if (options.k !== "obj" || !isKnown(option(call, "store"), undefined)) return;
      const forks = context.program.mention(/\bcluster\.fork\(/);
      if (forks !== undefined)
        context.report({
          at: call.site,
          message: `No \`store\` is given, and ${forks} starts several processes.`,
        });
    },
  },
});
