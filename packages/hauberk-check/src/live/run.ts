import type { Results } from "../engine/context.ts";
import type { Rule } from "../rules/rule.ts";
import type { LiveFacts } from "./facts.ts";

export function runLiveRules(rules: readonly Rule[], facts: LiveFacts): Results {
  const results: Results = { found: [], unchecked: [] };
  for (const rule of rules) {
    rule.live?.({
      facts,
      report: ({ url, ...problem }) => {
        results.found.push({
          rule,
          problem: { ...problem, at: undefined },
          lens: "live",
          view: undefined,
          url,
        });
      },
      unchecked: (reason) => {
        results.unchecked.push({ rule, reason, at: undefined, view: undefined });
      },
    });
  }
  for (const { rule: id, reason } of facts.undecided ?? []) {
    const rule = rules.find((one) => one.id === id);
    if (rule !== undefined) results.unchecked.push({ rule, reason, at: undefined, view: undefined });
  }
  return results;
}
