import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "body/deprecated-parser",
  title: "The old all-in-one body parser is used",
  severity: "high",
  confidence: "high",
  cwe: [1104, 400],
  asvs: ["5.2.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "It parses every type on every route; in Express 3 it also writes uploaded files to the temporary folder for anyone who sends some.",
  fix: "Use express.json() and express.urlencoded({ extended: false }), and a multipart parser only on the routes that take files.",
  call: {
    names: ["express.bodyParser", "connect.bodyParser", "body-parser"],
    run(call, context) {
      context.report({
        at: call.site,
        message: `${call.name === "body-parser" ? "bodyParser" : call.name}() is deprecated.`,
      });
    },
  },
});
