import { headerSetters, stateOf } from "../../kit/headers.ts";
import { property, propertySite } from "../../../model/properties.ts";
import { isKnown } from "../../../model/values.ts";
import type { AppView } from "../../../model/view.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "headers/csp-report-only",
  title: "The content security policy only reports",
  severity: "low",
  confidence: "high",
  cwe: [693],
  asvs: ["3.4.3"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "A report-only policy stops nothing.",
  fix: "Enforce the policy once its reports are quiet, and keep report-only for the next, stricter one.",
  app({ view, program, report }) {
    const setters = headerSetters(view, program);
    for (const { part, headers } of setters) {
      const policy = headers.get("content-security-policy");
      const only = policy !== undefined && isKnown(property(policy, "reportOnly"), true);
      if (only)
        report({ at: propertySite(policy, "reportOnly") ?? part.site, message: "`reportOnly` is on." });
      else if (
        headers.has("content-security-policy-report-only") &&
        isLeftOut(stateOf(setters, "content-security-policy"), view)
      ) {
        report({ at: part.site, message: "Only Content-Security-Policy-Report-Only is sent." });
      }
    }
  },
  live({ facts, report }) {
    const page = facts.classes.get("page");
    if (
      page !== undefined &&
      page.headers.has("content-security-policy-report-only") &&
      !page.headers.has("content-security-policy")
    ) {
      report({ url: page.url, message: "Only Content-Security-Policy-Report-Only is sent." });
    }
  },
});

/** Who switched the policy off by name has a finding of that name; a running stack does not tell that from leaving it out. */
const isLeftOut = (state: ReturnType<typeof stateOf>, { lens }: AppView): boolean =>
  state === "missing" || (state === "off" && lens === "stack");
