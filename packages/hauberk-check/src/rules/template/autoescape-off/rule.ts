import { isKnown, UNDEFINED } from "../../../model/values.ts";
import { option, optionSite } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type PackageCall, type Rule } from "../../rule.ts";

const OFF: Readonly<Record<string, readonly [name: string, value: boolean]>> = {
  "nunjucks.configure": ["autoescape", false],
  "nunjucks.Environment": ["autoescape", false],
  "swig.setDefaults": ["autoescape", false],
  "swig.Swig": ["autoescape", false],
  "handlebars.compile": ["noEscape", true],
  "eta.Eta": ["autoEscape", false],
  "express-handlebars": ["compilerOptions.noEscape", true],
  "express-handlebars.engine": ["compilerOptions.noEscape", true],
  "express-handlebars.create": ["compilerOptions.noEscape", true],
  "express-handlebars.ExpressHandlebars": ["compilerOptions.noEscape", true],
};

/** `nunjucks.configure({ autoescape: false })`. */
function isLoose(call: PackageCall): boolean {
  const [first, second] = call.args;
  return (
    second === undefined &&
    (first?.k === "obj" || isKnown(first ?? UNDEFINED, null)) &&
    isKnown(option(call, "express", 0), undefined)
  );
}

const sends = ({ site }: PackageCall): boolean =>
  /\bres(?:ponse)?\.(?:status\(\w{1,20}\)\.)?(?:send|end|write|render)\(|\bhtml:/.test(site.module.text);

export const rule: Rule = defineRule({
  id: "template/autoescape-off",
  title: "Templates do not escape",
  severity: "high",
  confidence: "high",
  cwe: [79],
  asvs: ["1.2.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Every value a template shows is put in as markup, so every field a user fills in can be a script.",
  fix: "Switch escaping on, and mark the few values that are markup one by one.",
  call: {
    names: Object.keys(OFF),
    run(call, context) {
      const [name, bad] = OFF[call.name] ?? ["", false];
      for (const at of [0, 1]) {
        // Without a folder and an app it is no view engine: what it makes of a text of its own is a page where it is sent.
        if (call.name.startsWith("nunjucks.") && isLoose(call) && !sends(call)) continue;
        if (isKnown(option(call, name, at), bad))
          context.report({ at: optionSite(call, name, at), message: `\`${name}\` is ${String(bad)}.` });
      }
    },
  },
});
