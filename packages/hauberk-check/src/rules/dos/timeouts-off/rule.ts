import { codeOf } from "../../../model/module.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import { dotted } from "../../kit/nodes.ts";

const NAMES = /\.(?:requestTimeout|headersTimeout)$/;

export const rule: Rule = defineRule({
  id: "dos/timeouts-off",
  title: "The server waits for ever for a slow request",
  severity: "medium",
  confidence: "high",
  cwe: [400],
  asvs: ["15.2.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "A few hundred connections that send one byte a minute use up all the server's sockets.",
  fix: "Keep Node's defaults (headers 60 s, request 300 s), or set shorter ones.",
  visit: {
    AssignmentExpression(node, { module, report, value }) {
      if (node.type !== "AssignmentExpression" || !NAMES.test(dotted(node.left) ?? "")) return;
      const set = value(node.right);
      if (set.k === "prim" && set.v === 0)
        report({ at: { module, node }, message: `${dotted(node.left) ?? ""} is switched off.` });
    },
    ObjectProperty(node, { module, report }) {
      if (
        node.type !== "ObjectProperty" ||
        node.key.type !== "Identifier" ||
        !/^(?:requestTimeout|headersTimeout)$/.test(node.key.name)
      )
        return;
      const isServer = /createServer\s*\(\s*\{[^}]*$/.test(
        codeOf(module).slice(Math.max(0, (node.start ?? 0) - 300), node.start ?? 0),
      );
      if (isServer && node.value.type === "NumericLiteral" && node.value.value === 0)
        report({ at: { module, node }, message: `${node.key.name} is switched off.` });
    },
  },
});
