import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "inject/deserialize",
  title: "Data is turned into objects that can run code",
  severity: "critical",
  confidence: "high",
  cwe: [502],
  asvs: ["1.5.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "The serialised text may contain functions, and reading it runs them.",
  fix: "Use JSON, and check the shape of the result.",
  call: {
    names: [
      "node-serialize.unserialize",
      "serialize-to-js.deserialize",
      "funcster.deepDeserialize",
      "cryo.parse",
    ],
    run(call, context) {
      context.report({ at: call.site, message: `${call.name}() runs code that is in the data.` });
    },
  },
});
