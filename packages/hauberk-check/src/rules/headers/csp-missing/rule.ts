import { stateOf } from "../../kit/headers.ts";
import { reportMissing, settersToJudge } from "../../kit/missing-header.ts";
import { headerAgainst } from "../../kit/against.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "headers/csp-missing",
  title: "No content security policy is sent",
  severity: "medium",
  confidence: "high",
  cwe: [1021, 79],
  asvs: ["3.4.3"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  wholeApp: true,
  against: headerAgainst((name) => name === "content-security-policy"),
  why: "Where one value reaches a page unescaped, nothing stops the script in it.",
  fix: "Send a policy with nonces; helmet() 4 and newer sends a first one by default.",
  app(context) {
    const setters = settersToJudge(context);
    // Switched off by name is another rule's finding.
    if (setters === undefined || stateOf(setters, "content-security-policy") === "off") return;
    if (stateOf(setters, "content-security-policy-report-only") === "set") return;
    reportMissing(context, "content-security-policy", "Content-Security-Policy is not sent.");
  },
  live({ facts, report }) {
    const page = facts.classes.get("page");
    if (
      page === undefined ||
      page.headers.has("content-security-policy") ||
      page.headers.has("content-security-policy-report-only")
    )
      return;
    if (/html/.test(page.headers.get("content-type") ?? ""))
      report({ url: page.url, message: "Content-Security-Policy is not sent." });
  },
});
