import { headerSetters } from "../../kit/headers.ts";
import { inProduction } from "../../../model/alternatives.ts";
import { property } from "../../../model/properties.ts";
import { literals } from "../../kit/options.ts";
import { referrerPolicy } from "../../kit/live-headers.ts";
import { reportMissing } from "../../kit/missing-header.ts";
import { headerAgainst } from "../../kit/against.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "headers/referrer-policy",
  title: "Addresses leak to other sites",
  severity: "low",
  confidence: "high",
  cwe: [200],
  asvs: ["3.4.5"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  wholeApp: true,
  against: headerAgainst((name) => name === "referrer-policy"),
  why: "Ids, tokens and search words in a URL travel to every site the page links to or loads from.",
  fix: "Send Referrer-Policy: no-referrer (or strict-origin-when-cross-origin); helmet() 4 and newer does.",
  app(context) {
    reportMissing(context, "referrer-policy", "Referrer-Policy is not sent.");
    for (const { part, headers } of headerSetters(context.view, context.program)) {
      const value = headers.get("referrer-policy");
      if (value === undefined) continue;
      const texts = [...literals(value), ...literals(property(inProduction(value), "policy"))];
      const unsafe = texts.find((one) => UNSAFE.test(one.text));
      if (unsafe !== undefined)
        context.report({ at: unsafe.site ?? part.site, message: `Referrer-Policy is ${unsafe.text}.` });
    }
  },
  live({ facts, report }) {
    const page = facts.classes.get("page");
    if (page === undefined) return;
    const policy = referrerPolicy(page);
    if (policy === undefined) report({ url: page.url, message: "Referrer-Policy is not sent." });
    else if (UNSAFE.test(policy)) report({ url: page.url, message: `Referrer-Policy is ${policy}.` });
  },
});

const UNSAFE = /^(?:unsafe-url|no-referrer-when-downgrade|origin-when-cross-origin)$/;
