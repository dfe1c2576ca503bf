import { lowestVersion } from "../../kit/semver.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "deps/express-eol",
  title: "This Express gets no security fixes",
  severity: "high",
  confidence: "high",
  cwe: [1104],
  asvs: ["15.2.1"],
  lenses: ["source", "stack"],
  express: [3],
  why: "Express 3 and older had their last release years ago; published holes in it and in its copy of Connect stay open.",
  fix: "Move to Express 5. From 3: replace app.configure() by plain code, express.bodyParser() by express.json() and express.urlencoded(), the other express.* middleware by their own packages, and remove app.router.",
  app({ view, program, report }) {
    if (program.packages.declared("express", view.app.site.module.path) !== undefined) return;
    report({ at: view.app.site, message: `This is an Express ${String(view.express)} application.` });
  },
  file(context) {
    if (!context.path.endsWith("package.json")) return;
    const manifest = context.program.packages.manifests.find((one) => one.path === context.path);
    const range = manifest?.dependencies.get("express");
    const lowest = range === undefined ? undefined : lowestVersion(range);
    if (range === undefined || lowest === undefined || lowest[0] > 3 || /[>|*x]/.test(range.slice(0, 1)))
      return;
    const at = /"express"\s*:\s*"[^"]*"/.exec(context.text);
    if (at === null) return;
    context.report({
      at: context.place(at.index, at.index + at[0].length),
      message: `Express ${range} is required here.`,
    });
  },
});
