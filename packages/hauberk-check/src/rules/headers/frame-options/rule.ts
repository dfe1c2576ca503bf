import { framesCovered, headerSetters } from "../../kit/headers.ts";
import { isFrameable } from "../../kit/live-headers.ts";
import { reportMissing } from "../../kit/missing-header.ts";
import { headerAgainst } from "../../kit/against.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "headers/frame-options",
  title: "Other sites may put the pages in a frame",
  severity: "medium",
  confidence: "high",
  cwe: [1021],
  asvs: ["3.4.6"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  wholeApp: true,
  against: headerAgainst((name) => name === "x-frame-options"),
  why: "A page in an invisible frame gets the clicks its visitor means for the page around it (clickjacking).",
  fix: "Send `frame-ancestors 'none'` (or 'self') in the policy; helmet() does, and its frameguard adds X-Frame-Options.",
  app(context) {
    const state = framesCovered(headerSetters(context.view, context.program));
    reportMissing(context, "x-frame-options", "Neither X-Frame-Options nor frame-ancestors is sent.", state);
  },
  live({ facts, report }) {
    const page = facts.classes.get("page");
    if (page === undefined || !isFrameable(page)) return;
    const sent = ["x-frame-options", "content-security-policy"].filter((name) => page.headers.has(name));
    report({
      url: page.url,
      message:
        sent.length === 0
          ? "Neither X-Frame-Options nor frame-ancestors is sent."
          : `Any site may frame the page, with ${sent.join(" and ")} as sent.`,
    });
  },
});
