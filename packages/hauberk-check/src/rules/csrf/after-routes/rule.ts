import { UNSAFE_METHODS, authenticatesSender, chainOf, isCsrf } from "../../../engine/protections.ts";
import { printPath } from "../../../model/path-patterns.ts";
import { changesNothing, firstPart, lateProtection } from "../../kit/csrf.ts";
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
    checkLast(context);
  },
});

function hasSessionBefore({ view }: AppContext, endpoint: AppContext["view"]["endpoints"][number]): boolean {
  return chainOf(view, endpoint).some((part) => part.role === "session" || part.role === "cookie-session");
}

/** No session, no cookie that signs in; still, what somebody put there is passed by no route. */
function checkLast({ view, doubts, report }: AppContext): void {
  const place = firstPart(view, isCsrf);
  const changing = view.endpoints.find((one) => UNSAFE_METHODS.has(one.method) && !changesNothing(one));
  if (place === undefined || changing === undefined || doubts.length > 0 || view.partial) return;
  const isLast =
    view.endpoints.every((one) => one.at < place.at && !one.parts.some(isCsrf)) &&
    view.steps.every((one) => one.at <= place.at || one.parts.every((part) => part.role !== "unknown"));
  if (isLast)
    report({
      at: place.part.site,
      severity: "low",
      message: "All routes are registered before this: no request passes it.",
      related: [{ at: changing.layer.site, message: "a route that is not checked" }],
    });
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
