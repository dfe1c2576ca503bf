import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "body/multipart-v3",
  title: "Anyone can upload files to any route",
  severity: "high",
  confidence: "high",
  cwe: [400, 434],
  asvs: ["5.2.1"],
  lenses: ["source", "stack"],
  express: [3],
  why: "express.multipart(), also as part of express.bodyParser(), stores every file it is sent in the temporary folder and never removes it: the disk fills up.",
  fix: "Parse multipart bodies only on the routes that take files, with limits (multer or busboy).",
  call: {
    names: ["express.multipart", "connect.multipart", "express.bodyParser"],
    run(call, context) {
      context.report({
        at: call.site,
        message: `${call.name}() accepts files on every route it is mounted before.`,
      });
    },
  },
});
