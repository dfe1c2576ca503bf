import { inProduction } from "../../../model/alternatives.ts";
import { isKnown } from "../../../model/values.ts";
import { option, optionSite } from "../../kit/options.ts";
import { isOlder } from "../../kit/semver.ts";
import { ALL_EXPRESS, defineRule, type Context, type PackageCall, type Rule } from "../../rule.ts";

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
      const extended = option(call, "extended");
      if (isKnown(extended, true))
        context.report({ at: optionSite(call, "extended"), message: "`extended` is on." });
      else if (isKnown(extended, undefined) && isOnByDefault(call, context))
        context.report({ at: call.site, message: "`extended` is on where nobody says otherwise." });
    },
  },
});

/** It is off since body-parser 2, which Express 5 comes with. */
function isOnByDefault({ name, express, site }: PackageCall, { program }: Context): boolean {
  if (name.startsWith("express.")) return express < 5;
  return isOlder(program.packages.versionOf("body-parser", site.module.path), "2.0.0") === true;
}
