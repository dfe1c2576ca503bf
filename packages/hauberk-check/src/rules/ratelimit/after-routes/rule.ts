import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ratelimit/after-routes",
  title: "The rate limit is mounted after all routes",
  severity: "medium",
  confidence: "high",
  cwe: [696],
  asvs: ["2.4.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "Routes that answer never reach it, so nothing is limited.",
  fix: "Mount it before the routes.",
  app({ view, report }) {
    for (const step of view.steps) {
      const part = step.parts.find((one) => one.role === "rate-limit");
      if (part === undefined || !step.paths.some((path) => path.kind === "all")) continue;
      const isLate = view.endpoints.length > 1 && view.endpoints.every((endpoint) => endpoint.at < step.at);
      const files = view.steps.some(
        (one) =>
          one.at > step.at && one.parts.some((other) => other.role === "static" || other.role === "unknown"),
      );
      if (isLate && !files)
        report({
          at: part.site,
          message: `All ${String(view.endpoints.length)} routes are registered before it.`,
        });
    }
  },
});
