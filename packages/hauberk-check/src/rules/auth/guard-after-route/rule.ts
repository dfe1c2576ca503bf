import { covers, printPath } from "../../../model/path-patterns.ts";
import { UNSAFE_METHODS } from "../../../engine/protections.ts";
import { before } from "../../../model/view.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "auth/guard-after-route",
  title: "A guard is mounted after the route it should guard",
  severity: "high",
  confidence: "high",
  cwe: [696, 306],
  asvs: ["8.2.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "The route answers first, so nobody is ever asked who they are.",
  fix: "Move the guard above the route.",
  app({ view, report }) {
    for (const step of view.steps) {
      const guard = step.parts.find((part) => part.role === "auth" || part.role === "token-auth");
      if (guard === undefined || step.paths.some((path) => path.kind !== "text")) continue;
      const open = view.endpoints.find((endpoint) => {
        if (endpoint.at > step.at || covers(step.paths, endpoint.paths) !== true) return false;
        // `router.use(guard)` half-way: what everybody may read stands above it on purpose.
        if (step.layer.path === undefined && !UNSAFE_METHODS.has(endpoint.method)) return false;
        const guarded = [...before(view, endpoint).flatMap((one) => one.parts), ...endpoint.parts].some(
          (part) => part.role === "auth" || part.role === "token-auth",
        );
        return (
          !guarded &&
          !/log-?in|sign-?in|register|sign-?up|public|health|logout/i.test(printPath(endpoint.paths))
        );
      });
      if (open !== undefined)
        report({
          at: guard.site,
          message: `${open.method.toUpperCase()} ${printPath(open.paths)} is registered before this guard.`,
          related: [{ at: open.layer.site, message: "the route" }],
        });
    }
  },
});
