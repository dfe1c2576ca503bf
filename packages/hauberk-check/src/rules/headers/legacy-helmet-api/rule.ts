import { allParts } from "../../../model/view.ts";
import { helmetMajor } from "../../kit/headers.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const NOW: Readonly<Record<string, string>> = {
  xframe: "helmet.frameguard()",
  iexss: "nothing: the filter should stay off",
  contentTypeOptions: "helmet.noSniff()",
  cacheControl: '`res.set("Cache-Control", "no-store")` on private pages',
  csp: "helmet.contentSecurityPolicy()",
  defaults: "helmet()",
  nocache: "`Cache-Control: no-store` on private pages",
  noCache: "`Cache-Control: no-store` on private pages",
  hpkp: "nothing: the header is gone from browsers",
  expectCt: "nothing: the header is obsolete",
  featurePolicy: "a Permissions-Policy header",
};

export const rule: Rule = defineRule({
  id: "headers/legacy-helmet-api",
  title: "A function of an old helmet is used",
  severity: "medium",
  confidence: "high",
  cwe: [1104],
  asvs: ["15.2.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "The function is gone from current versions, which holds the app on an old helmet with old defaults; after an update the app does not start.",
  fix: "Update helmet and call `helmet()`.",
  app({ view, program, report }) {
    if (view.lens !== "source") return;
    for (const { part } of allParts(view)) {
      const name = /^helmet\.(\w+)$/.exec(part.name)?.[1];
      const now = name === undefined ? undefined : NOW[name];
      if (name === undefined || now === undefined) continue;
      const isGone =
        /^(?:xframe|iexss|contentTypeOptions|cacheControl|csp|defaults)$/.test(name) ||
        helmetMajor(part, program) < 4;
      if (isGone)
        report({
          at: part.site,
          message: `helmet.${name}() is gone from current versions.`,
          fix: `Update helmet and use ${now}.`,
        });
    }
  },
});
