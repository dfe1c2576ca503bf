import { headerSetters, helmetMajor } from "../../kit/headers.ts";
import { isKnown } from "../../../model/values.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const CALLS = /^(?:helmet(?:\.(?:iexss|xssFilter))?|lusca\.xssProtection|x-xss-protection)$/;

export const rule: Rule = defineRule({
  id: "headers/xss-filter",
  title: "The old XSS filter of browsers is switched on",
  severity: "low",
  confidence: "high",
  cwe: [693],
  asvs: [],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "The filter is gone from current browsers; in old ones it can be used to switch off parts of a page and to read its content. The advice of 2012 to turn it on has turned around.",
  fix: "Send X-XSS-Protection: 0 (helmet 4 and newer does), or nothing, and rely on escaping and a content security policy.",
  app({ view, program, report }) {
    for (const { part, headers } of headerSetters(view, program)) {
      const value = headers.get("x-xss-protection");
      if (value === undefined || isKnown(value, false)) continue;
      const isOld =
        CALLS.test(part.name) &&
        (!part.name.startsWith("helmet") || part.name === "helmet.iexss" || helmetMajor(part, program) < 4);
      const isLiteral = value.k === "prim" && typeof value.v === "string" && value.v.startsWith("1");
      if (isOld || isLiteral) report({ at: part.site, message: "This sends X-XSS-Protection: 1." });
    }
  },
  live({ facts, report }) {
    const page = facts.classes.get("page");
    if (page?.headers.get("x-xss-protection")?.startsWith("1") === true)
      report({ url: page.url, message: `X-XSS-Protection: ${page.headers.get("x-xss-protection") ?? ""}.` });
  },
});
