import { inProduction } from "../../../model/alternatives.ts";
import type { Part } from "../../../model/parts.ts";
import { property } from "../../../model/properties.ts";
import { roleOf } from "../../../model/roles.ts";
import { isKnown, UNDEFINED } from "../../../model/values.ts";
import { firstPart } from "../../kit/csrf.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "order/cookie-parser",
  title: "The cookie parser runs after what needs the cookies",
  severity: "medium",
  confidence: "high",
  cwe: [696],
  asvs: [],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "The earlier middleware sees no cookies: a guard refuses everyone, or a check that only acts on a cookie lets everyone pass.",
  fix: "Mount the cookie parser first.",
  app({ view, report }) {
    const parser = firstPart(view, (part) => part.role === "cookie-parser");
    if (parser === undefined) return;
    const early = view.steps.find(
      (step) => step.at < parser.at && step.parts.some((part) => needsCookies(part, view.express)),
    );
    if (early !== undefined)
      report({
        at: parser.part.site,
        message: "Something before it reads the cookies.",
        related: [{ at: early.layer.site, message: "what reads them" }],
      });
  },
});

function needsCookies(part: Part, express: number): boolean {
  // A session by behaviour alone reads its cookie by itself, or it would have kept nothing.
  if (express <= 3 && roleOf(part.name)?.role === "session") return true;
  if (part.name === "csurf") {
    const cookie = property(inProduction(part.options ?? UNDEFINED), "cookie");
    return cookie.k !== "unknown" && !isKnown(cookie, undefined) && !isKnown(cookie, false);
  }
  return (
    part.facts !== undefined &&
    /\breq(?:uest)?\.(?:cookies|signedCookies)\b/.test(part.facts.source) &&
    !/cookieParser|cookie-parser/.test(part.facts.source)
  );
}
