import { isPage, isTemplate } from "../../../files/kinds.ts";
import { requestGiven } from "../../kit/renders.ts";
import { named } from "../../kit/request-data.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import { inPage } from "./page.ts";
import { inPug } from "./pug.ts";

export const rule: Rule = defineRule({
  id: "template/script-value",
  title: "Request data stands in the script of a page",
  severity: "high",
  confidence: "high",
  cwe: [79],
  asvs: ["1.2.3"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Escaping for HTML is none for JavaScript: in a script, in `onclick` and after `javascript:` the value is run without a single `<`.",
  fix: "Put the value into a data attribute and read it from there; of an address, take only what begins with `https:` or one `/`.",
  file({ path, text, program, place, report }) {
    if (!isTemplate(path) && !isPage(path)) return;
    for (const { start, end, name, where } of (/\.(?:pug|jade)$/.test(path) ? inPug : inPage)(text)) {
      const part = requestGiven(program, path, name);
      if (part !== undefined)
        report({ at: place(start, end), message: `\`${name}\` is ${named(part)}, and stands ${where}.` });
    }
  },
});
