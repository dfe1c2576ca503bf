import { inProduction } from "../../../model/alternatives.ts";
import { isKnown } from "../../../model/values.ts";
import { option, optionSite } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "body/extended-qs",
  title: "Form fields may arrive as objects",
  severity: "info",
  confidence: "medium",
  cwe: [843],
  asvs: ["15.3.5"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "`user[$ne]=` becomes an object where the code expects text, which turns into query operators or crashes.",
  fix: "Use `extended: false`, unless the forms send nested fields; then check the type of every field.",
  app({ view, report }) {
    const setting = view.settings.findLast((one) => one.name === "query parser");
    // Express 4 does so by default; in Express 5 somebody asked for it.
    if (view.express === 5 && setting !== undefined && isKnown(inProduction(setting.value), "extended"))
      report({
        at: setting.site,
        message: "Query values may arrive as objects: `query parser` is extended.",
      });
  },
  call: {
    names: ["express.urlencoded", "body-parser.urlencoded"],
    run(call, context) {
      if (isKnown(option(call, "extended"), true))
        context.report({ at: optionSite(call, "extended"), message: "`extended` is on." });
    },
  },
});
