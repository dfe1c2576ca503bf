import { calleeName, dotted, handlerAround, type HandlerNames } from "../../kit/nodes.ts";
import { rawRequestData } from "../../kit/request-data.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import type { t } from "../../../parse/ast.ts";

const LOGGER =
  /^(?:log|logger|debug|console\.(?:log|info|debug|warn|error)|(?:logger|log|winston|pino|req\.log)\.(?:info|debug|trace|warn|error|log|verbose))$/;
const SECRET =
  /\.(?:body|query|params)\.(?:\w*password\w*|passwd|pwd|secret|otp|pin|cvv|card(?:Number)?)$|\.headers\.(?:authorization|cookie)$|^(?:req|request)\.cookies$|^process\.env\.\w*(?:SECRET|PASSWORD|PRIVATE_KEY|API_KEY|TOKEN)\w*$/i;

export const rule: Rule = defineRule({
  id: "secret/logged",
  title: "A secret is written to the log",
  severity: "medium",
  confidence: "high",
  cwe: [532],
  asvs: ["16.2.5"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Logs are copied, indexed and read by more people than the database, and kept for longer.",
  fix: "Leave it out, or log a hash or its length.",
  visit: {
    CallExpression(node, { module, report }) {
      if (node.type !== "CallExpression" || !LOGGER.test(calleeName(node) ?? "")) return;
      const handler = handlerAround(node);
      const names = node.arguments.flatMap(shown).map((one) => originOf(one, handler));
      const secret = names.find((name) => SECRET.test(name));
      if (secret === undefined || (handler === undefined && !secret.startsWith("process.env"))) return;
      report({ at: { module, node }, message: `${secret} is logged.` });
    },
  },
});

/** `password` of `const { password } = req.body` is `req.body.password`. */
function originOf(node: t.Node, handler: HandlerNames | undefined): string {
  const name = dotted(node) ?? "";
  if (node.type !== "Identifier" || handler === undefined) return name;
  const part = rawRequestData(node, handler);
  return part === undefined ? name : `req.${part}.${name}`;
}

/** What an argument prints: itself, the parts of a template, the values of an object. */
function shown(node: t.Node): readonly t.Node[] {
  if (node.type === "TemplateLiteral") return node.expressions.flatMap(shown);
  if (node.type === "BinaryExpression")
    return node.left.type === "PrivateName" ? [] : [...shown(node.left), ...shown(node.right)];
  if (node.type === "ObjectExpression")
    return node.properties.flatMap((one) => (one.type === "ObjectProperty" ? shown(one.value) : []));
  return [node];
}
