import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "dos/insecure-http-parser",
  title: "The lenient HTTP parser is on",
  severity: "high",
  confidence: "high",
  cwe: [444],
  asvs: ["4.2.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "It accepts requests a proxy in front reads differently, which lets one client smuggle a request into another's connection.",
  fix: "Remove insecureHTTPParser (and --insecure-http-parser) and have the sender corrected.",
  visit: {
    ObjectProperty(node, { module, report }) {
      if (
        node.type !== "ObjectProperty" ||
        node.key.type !== "Identifier" ||
        node.key.name !== "insecureHTTPParser"
      )
        return;
      if (node.value.type === "BooleanLiteral" && node.value.value)
        report({ at: { module, node }, message: "insecureHTTPParser is true." });
    },
  },
  file(context) {
    if (!context.path.endsWith("package.json")) return;
    const at = /"(?:start|serve|prod)[^"]*"\s*:\s*"[^"]*--insecure-http-parser/.exec(context.text);
    if (at !== null)
      context.report({
        at: context.place(at.index, at.index + at[0].length),
        message: "The start script switches it on.",
      });
  },
});
