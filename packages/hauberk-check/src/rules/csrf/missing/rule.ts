import { chainOf, isCsrf, isSession } from "../../../engine/protections.ts";
import { judge } from "../../kit/options.ts";
import { printPath } from "../../../model/path-patterns.ts";
import { property } from "../../../model/properties.ts";
import { UNDEFINED } from "../../../model/values.ts";
import { lateProtection, unprotected } from "../../kit/csrf.ts";
import { areSessionsUnused, YET } from "../../kit/unused-sessions.ts";
import { csrfAgainst } from "../../kit/against.ts";
import { ALL_EXPRESS, defineRule, type AppContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "csrf/missing",
  title: "Routes that change state accept requests other sites start",
  severity: "high",
  confidence: "high",
  cwe: [352],
  asvs: ["3.5.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  wholeApp: true,
  against: csrfAgainst,
  why: "The browser sends the session cookie along with a form another site submits, so that site acts as the signed-in visitor.",
  fix: "After the session and before the routes, refuse unsafe requests whose Sec-Fetch-Site or Origin is foreign, or that lack a token (hauberk/csrf, csrf-sync; in Express 3 express.csrf()).",
  app(context) {
    const { view, program, doubts, report, unchecked } = context;
    const routes = unprotected(view, program).filter(
      (endpoint) => lateProtection(view, endpoint) === undefined,
    );
    const [first] = routes;
    if (first === undefined) {
      checkInvisible(context);
      return;
    }
    const session = chainOf(view, first).find(isSession);
    const hidden = doubts.find((one) => /csrf|xsrf|secur|middleware|handed/i.test(one.why)) ?? doubts[0];
    if (hidden !== undefined) {
      unchecked(`CSRF protection may be hidden: ${hidden.why}`, hidden.site);
      return;
    }
    const sameSite = judge(
      property(session?.options ?? UNDEFINED, "cookie.sameSite"),
      (v) => v === "strict" || v === "lax" || v === true,
    );
    const isUnused = session !== undefined && areSessionsUnused(program);
    const more = routes.length === 1 ? "" : ` and ${String(routes.length - 1)} more`;
    report({
      at: first.layer.site,
      message: `${first.method.toUpperCase()} ${printPath(first.paths)}${more}: ${session === undefined ? "a cookie signs in" : "session"}, but no CSRF protection${sameSite === "good" ? " besides SameSite" : ""}${isUnused ? YET : ""}.`,
      related: [
        ...(session === undefined ? [] : [{ at: session.site, message: "the session that goes along" }]),
        ...routes.slice(1, 6).map((one) => ({
          at: one.layer.site,
          message: `${one.method.toUpperCase()} ${printPath(one.paths)}`,
        })),
      ],
      ...(isUnused
        ? { severity: "low" as const }
        : sameSite === "good"
          ? { severity: "medium" as const }
          : {}),
    });
  },
});

/** Express 3: the router is mounted, and the routes are registered where they were not seen. */
function checkInvisible({ view, doubts, report }: AppContext): void {
  const router = view.app.layers.find((layer) => layer.kind === "v3-router");
  if (router === undefined || view.endpoints.length > 0 || doubts.length > 0) return;
  const parts = view.steps.flatMap((step) => step.parts);
  const session = parts.find(isSession);
  if (session !== undefined && !parts.some(isCsrf))
    report({ at: session.site, message: "The router runs with sessions and without CSRF protection." });
}
