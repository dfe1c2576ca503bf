import { UNSAFE_METHODS, authenticatesSender, chainOf, isCsrf } from "../../../engine/protections.ts";
import { printPath } from "../../../model/path-patterns.ts";
import { changesNothing, lateProtection } from "../../kit/csrf.ts";
import { partsOf } from "../../../model/parts.ts";
import { ALL_EXPRESS, defineRule, type AppContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "csrf/after-routes",
  title: "CSRF protection is mounted after routes it should protect",
  severity: "high",
  confidence: "high",
  cwe: [696, 352],
  asvs: ["3.5.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "A route that answers never reaches what is mounted after it, so these requests are not checked at all.",
  fix: "Move the protection above the routes; in Express 3 above app.use(app.router).",
  app(context) {
    const { view, report } = context;
    for (const endpoint of view.endpoints) {
      if (
        !UNSAFE_METHODS.has(endpoint.method) ||
        changesNothing(endpoint) ||
        chainOf(view, endpoint).some(isCsrf) ||
        endpoint.parts.some(isCsrf)
      )
        continue;
      // A webhook that authenticates its sender otherwise is mounted early on purpose.
      if (
        chainOf(view, endpoint).some((part) => part.role === "token-auth") ||
        authenticatesSender(endpoint) ||
        !hasSessionBefore(context, endpoint)
      )
        continue;
      const late = lateProtection(view, endpoint);
      if (late === undefined) continue;
      report({
        at: late.part.site,
        message: `${endpoint.method.toUpperCase()} ${printPath(endpoint.paths)} is registered before this.`,
        related: [{ at: endpoint.layer.site, message: "the route that is not checked" }],
      });
      return;
    }
    checkInvisible(context);
  },
});

function hasSessionBefore({ view }: AppContext, endpoint: AppContext["view"]["endpoints"][number]): boolean {
  return chainOf(view, endpoint).some((part) => part.role === "session" || part.role === "cookie-session");
}

function checkInvisible({ view, program, report }: AppContext): void {
  const router = view.app.layers.findIndex((layer) => layer.kind === "v3-router");
  if (router === -1 || view.endpoints.length > 0) return;
  for (const layer of view.app.layers.slice(router + 1)) {
    const part = layer.handlers.flatMap((one) => partsOf(program.machine, one, layer.site)).find(isCsrf);
    if (part !== undefined)
      report({ at: part.site, message: "This is mounted after app.router, so no route passes it." });
  }
}
