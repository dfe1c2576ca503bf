import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "static/sensitive-file",
  title: "A file that should never leave the server is served",
  severity: "high",
  confidence: "high",
  cwe: [538],
  asvs: ["13.4.1"],
  lenses: ["live"],
  express: ALL_EXPRESS,
  why: "It holds secrets, the history of the source, or the exact versions of everything installed.",
  fix: "Serve only a folder of public files, and deny hidden files.",
  example: {
    faulty: "GET /.env\n\n200",
    fixed: "GET /.env\n\n404",
  },
  live({ facts, report }) {
    for (const answer of facts.exposed)
      report({
        url: answer.url,
        message: `Answered ${String(answer.status)} with the content of such a file.`,
      });
  },
});
