import { partsOf } from "../../kit/live-headers.ts";
import { reportMissing } from "../../kit/missing-header.ts";
import { headerAgainst } from "../../kit/against.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "headers/nosniff",
  title: "Browsers may guess the type of an answer",
  severity: "medium",
  confidence: "high",
  cwe: [693],
  asvs: ["3.4.4"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  wholeApp: true,
  against: headerAgainst((name) => name === "x-content-type-options"),
  why: "An uploaded text or image that looks like a script is run as one.",
  fix: "Send X-Content-Type-Options: nosniff; helmet() does.",
  app(context) {
    reportMissing(context, "x-content-type-options", "X-Content-Type-Options is not sent.");
  },
  live({ facts, report }) {
    const page = facts.classes.get("page");
    if (page !== undefined && partsOf(page, "x-content-type-options")[0] !== "nosniff")
      report({ url: page.url, message: "X-Content-Type-Options: nosniff is not sent." });
  },
});
