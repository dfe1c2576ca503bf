import { isKey, isTestOrBuild } from "../../../files/kinds.ts";
import { parseIgnore } from "../../../files/ignore.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const KEY = /-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY-----/;

export const rule: Rule = defineRule({
  id: "secret/private-key-in-repo",
  title: "A private key lies with the source",
  severity: "high",
  confidence: "high",
  cwe: [321],
  asvs: ["13.3.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Whoever reads the repository can pose as the server, or sign tokens it accepts.",
  fix: "Replace the key, take it out of the history, and read the new one from a file outside the repository or a vault.",
  file(context) {
    const match = KEY.exec(context.text);
    if (!isKey(context.path) || match === null || isTestOrBuild(context.path)) return;
    if (parseIgnore(context.program.files.read(".gitignore") ?? "")(context.path, false)) return;
    context.report({
      at: context.place(match.index, match.index + match[0].length),
      message: "This file holds a private key.",
    });
  },
  visit: {
    TemplateLiteral(node, { module, report }) {
      if (
        node.type === "TemplateLiteral" &&
        KEY.test(node.quasis[0]?.value.raw ?? "") &&
        (node.end ?? 0) - (node.start ?? 0) > 200
      )
        report({ at: { module, node }, message: "This literal is a private key." });
    },
    VariableDeclarator(node, { module, report }) {
      if (
        node.type === "VariableDeclarator" &&
        node.init?.type === "StringLiteral" &&
        KEY.test(node.init.value) &&
        node.init.value.length > 200
      )
        report({ at: { module, node }, message: "This literal is a private key." });
    },
  },
});
