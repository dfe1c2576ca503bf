import { isKnown } from "../../../model/values.ts";
import { option, optionSite } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "inject/xxe",
  title: "XML may load files of the server",
  severity: "high",
  confidence: "high",
  cwe: [611],
  asvs: ["1.5.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "An entity in the document names a file or an address, and its content comes back in the result.",
  fix: "Leave `noent`, `dtdload` and `dtdvalid` off.",
  call: {
    names: [
      "libxmljs.parseXml",
      "libxmljs.parseXmlString",
      "libxmljs2.parseXml",
      "libxmljs2.parseXmlString",
      "libxmljs.parseXmlAsync",
    ],
    run(call, context) {
      for (const name of ["noent", "dtdload", "replaceEntities"]) {
        if (isKnown(option(call, name, 1), true))
          context.report({ at: optionSite(call, name, 1), message: `\`${name}\` is on.` });
      }
    },
  },
});
