import { isCsrf } from "../../../engine/protections.ts";
import { inProduction } from "../../../model/alternatives.ts";
import type { Part } from "../../../model/parts.ts";
import { property } from "../../../model/properties.ts";
import { UNDEFINED } from "../../../model/values.ts";
import { firstPart } from "../../kit/csrf.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "csrf/before-method-override",
  title: "The method is changed after the CSRF check",
  severity: "high",
  confidence: "high",
  cwe: [352],
  asvs: ["3.5.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "A GET passes the check unchecked and then becomes a DELETE.",
  fix: "Mount method-override before the CSRF protection.",
  doc: "The method-override package looks at POST alone unless `methods` says otherwise, and such a request has passed the check; only overrides that also change a GET are reported.",
  app({ view, report }) {
    const csrf = firstPart(view, isCsrf);
    const override = firstPart(view, (part) => part.role === "method-override" && changesSafeMethods(part));
    if (csrf === undefined || override === undefined || csrf.part.role === "hauberk" || override.at < csrf.at)
      return;
    report({
      at: override.part.site,
      message: "This runs after the CSRF protection.",
      related: [{ at: csrf.part.site, message: "the protection" }],
    });
  },
});

/** The package of today changes POST only, which the check has seen; Express 3's own and `methods: null` change a GET too. */
function changesSafeMethods({ name, value }: Part): boolean {
  if (!name.startsWith("method-override")) return true;
  const options = value.k === "call" ? (value.args[1] ?? UNDEFINED) : UNDEFINED;
  const methods = inProduction(property(options, "methods"));
  if (methods.k === "prim") return methods.v === null;
  return methods.k === "arr" && methods.items.some((one) => one.k === "prim" && one.v !== "POST");
}
