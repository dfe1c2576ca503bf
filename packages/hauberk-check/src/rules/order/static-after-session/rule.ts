import { isSession } from "../../../engine/protections.ts";
import { firstPart } from "../../kit/csrf.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "order/static-after-session",
  title: "Static files pass the session",
  severity: "low",
  confidence: "high",
  cwe: [696],
  asvs: [],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "Every image and script looks up a session and may set a cookie, which costs a store access and lets shared caches keep a Set-Cookie.",
  fix: "Mount express.static() before the session, after the security headers.",
  app({ view, report }) {
    const session = firstPart(view, (part) => isSession(part) && part.role !== "hauberk");
    if (session === undefined || session.part.conditional) return;
    const files = view.steps.find((step) =>
      step.parts.some((part) => part.role === "static" && !part.conditional),
    );
    if (files === undefined || files.at < session.at) return;
    // A folder that only signed-in people may see has to come after the session.
    const guarded =
      files.layer.handlers.length > 1 ||
      view.steps.some(
        (step) =>
          step.at < files.at && step.at > session.at && step.parts.some((part) => part.role === "auth"),
      );
    if (!guarded)
      report({
        at: files.layer.site,
        message: "Files are served after the session was loaded.",
        related: [{ at: session.part.site, message: "the session" }],
      });
  },
});
