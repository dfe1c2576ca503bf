import { headerSetters, stateOf } from "../../kit/headers.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import { propertySite } from "../../../model/properties.ts";
import { isKnown, UNDEFINED } from "../../../model/values.ts";

export const rule: Rule = defineRule({
  id: "headers/csp-disabled",
  title: "The content security policy is switched off",
  severity: "medium",
  confidence: "high",
  cwe: [693],
  asvs: ["3.4.3"],
  lenses: ["source", "stack"],
  covers: ["headers/csp-missing"],
  express: ALL_EXPRESS,
  why: "The one header that stops injected scripts is off, usually because an inline script did not run at first.",
  fix: "Remove `contentSecurityPolicy: false` and allow what the pages need, inline scripts by nonce.",
  app({ view, program, report }) {
    const setters = headerSetters(view, program);
    if (stateOf(setters, "content-security-policy") !== "off") return;
    for (const { part, headers } of setters) {
      const value = headers.get("content-security-policy");
      if (value === undefined || !isKnown(value, false)) continue;
      report({
        at: propertySite(part.options ?? UNDEFINED, "contentSecurityPolicy") ?? part.site,
        message: "`contentSecurityPolicy` is false, and nothing else sets a policy.",
      });
    }
  },
});
