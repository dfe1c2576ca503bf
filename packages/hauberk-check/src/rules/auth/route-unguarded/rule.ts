import { isConditional } from "../../../model/app.ts";
import { chainOf, UNSAFE_METHODS } from "../../../engine/protections.ts";
import { printPath } from "../../../model/path-patterns.ts";
import type { AppView, Endpoint } from "../../../model/view.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const PUBLIC =
  /log-?in|sign-?in|log-?out|sign-?out|register|sign-?up|forgot|reset|verify|callback|webhook|hook|token|refresh|health|contact|search|public|csp|report|confirm|otp|subscribe|auth/i;

export const rule: Rule = defineRule({
  id: "auth/route-unguarded",
  title: "One route has no guard, all its siblings have",
  severity: "medium",
  confidence: "low",
  cwe: [306],
  asvs: ["8.2.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "A route added later without the guard is open to everyone, and nothing fails.",
  fix: "Mount the guard once for the router, and list the public routes before it.",
  app({ view, report }) {
    for (const app of view.apps) {
      const routes = view.endpoints.filter(
        (endpoint) =>
          endpoint.app === app &&
          !isConditional(endpoint.layer.conditions) &&
          UNSAFE_METHODS.has(endpoint.method),
      );
      const open = routes.filter((endpoint) => guardOf(view, endpoint) !== "certain");
      const [only] = open;
      if (only === undefined || open.length > 1 || routes.length < 4) continue;
      if (guardOf(view, only) !== "none") continue;
      if (
        !PUBLIC.test(printPath(only.paths)) &&
        only.parts.every((part) => part.role === "other" && part.fn !== undefined)
      ) {
        report({
          at: only.layer.site,
          message: `${only.method.toUpperCase()} ${printPath(only.paths)} has no guard; the other ${String(routes.length - 1)} have one.`,
        });
      }
    }
  },
});

/** A part nobody could read is no guard for the siblings, and may be one for the route in question. */
function guardOf(view: AppView, endpoint: Endpoint): "certain" | "possible" | "none" {
  const parts = [...chainOf(view, endpoint), ...endpoint.parts];
  const isGuard = parts.some(
    (part) =>
      part.role === "auth" ||
      part.role === "token-auth" ||
      (part.facts !== undefined &&
        part.facts.refuses &&
        (part.facts.readsUser || part.facts.readsCredentials)),
  );
  if (isGuard) return "certain";
  return parts.some((part) => part.role === "unknown") ? "possible" : "none";
}
