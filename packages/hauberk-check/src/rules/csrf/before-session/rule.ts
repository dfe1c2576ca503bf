import { isSession } from "../../../engine/protections.ts";
import { inProduction } from "../../../model/alternatives.ts";
import { property } from "../../../model/properties.ts";
import { isKnown, UNDEFINED } from "../../../model/values.ts";
import { firstPart, isTokenCsrf } from "../../kit/csrf.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "csrf/before-session",
  title: "CSRF protection runs before the session is there",
  severity: "high",
  confidence: "high",
  cwe: [696, 352],
  asvs: ["3.5.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "It has nothing to compare the token with: it fails on every request and gets switched off, or it lets everything through.",
  fix: "Mount it after the session (or the cookie parser, when the token lives in a cookie).",
  app({ view, report }) {
    const csrf = firstPart(view, isTokenCsrf);
    if (csrf === undefined || csrf.part.conditional) return;
    const cookie = property(inProduction(csrf.part.options ?? UNDEFINED), "cookie");
    const usesCookie = cookie.k !== "unknown" && !isKnown(cookie, undefined) && !isKnown(cookie, false);
    const needs = firstPart(
      view,
      usesCookie || csrf.part.name.startsWith("csrf-csrf")
        ? (part) => part.role === "cookie-parser"
        : isSession,
    );
    if (needs === undefined || needs.at < csrf.at) return;
    report({
      at: csrf.part.site,
      message: `This runs before ${needs.part.name}.`,
      related: [{ at: needs.part.site, message: "what it needs" }],
    });
  },
});
