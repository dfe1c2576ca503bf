import { isKnown } from "../../../model/values.ts";
import { option, optionSite } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

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
        if (isKnown(option(call, name, at), bad))
          context.report({ at: optionSite(call, name, at), message: `\`${name}\` is ${String(bad)}.` });
      }
    },
  },
});
