import { codeOf, type Module } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import { enclosingFunction, someNode, type FunctionNode, type Node, type t } from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { wordsOf } from "../../kit/credential-words.ts";
import { dataAround } from "../../kit/handed-over.ts";
import { mentions } from "../../kit/mentions.ts";
import { callArguments, keyName, sourceText } from "../../kit/nodes.ts";
import { isReading, isSqlStart } from "../../kit/queries.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "auth/lasting-reset",
  title: "A token for a new password never ends",
  severity: "medium",
  confidence: "medium",
  cwe: [640, 613],
  asvs: ["6.5.5"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Mails are kept for years, forwarded and searched: a link that was never used takes the account over as long as it lies there.",
  fix: "Keep with the token when it ends, an hour on, and look it up with that: `findOne({ resetToken, resetExpires: { $gt: Date.now() } })`.",
  callees: [/\.(?:find\w{0,20}|query|execute|get|all|first)$/],
  visit: { CallExpression: check },
});

const FIELD =
  /^(?:reset_?(?:passw\w{2,4}_?)?|passw\w{2,4}_?reset_?|forgot_?(?:passw\w{2,4}_?)?)(?:token|code|key|hash|link)(?:_?hash)?$/i;
const MENTIONED = /reset|forgot/i;

function check(node: Node, context: NodeContext): void {
  const { module, program } = context;
  if (node.type !== "CallExpression" || !mentions(module, MENTIONED)) return;
  if (!isReading(node) || !callArguments(node).some(isByToken)) return;
  const fn = outermost(node);
  if (fn === undefined || !SETS.test(sourceText(module, fn)) || asksWhen(fn)) return;
  if (endsElsewhere(program) || dataAround(node, context) === undefined) return;
  context.report({
    at: { module, node },
    message: "An account gets a new password by a token, and nothing asks when it was made.",
  });
}

/** `{ resetToken: token }`, also under `where`, and a statement that asks for that column. */
const isByToken = (given: t.Node): boolean =>
  isSqlStart(given)
    ? someNode(given, (one) => BY_COLUMN.test(textIn(one)))
    : given.type === "ObjectExpression" &&
      someNode(given, (one) => one.type === "ObjectProperty" && FIELD.test(keyName(one.key)));

const BY_COLUMN =
  /\b(?:where|and)\s[\x60"]?(?:password_?)?(?:reset|forgot)_?(?:password_?)?(?:token|code|key|hash)[\x60"]?\s?=|\bfrom\s[\x60"]?password_?resets?(?:_tokens?)?[\x60"]?\swhere\s[\x60"]?token[\x60"]?\s?=/i;
const textIn = (node: t.Node): string =>
  node.type === "StringLiteral" ? node.value : node.type === "TemplateElement" ? node.value.raw : "";

/** `user.password = hash`, `update({ password })`, `UPDATE users SET password = ?`. */
const SETS =
  /\.passw\w{2,6} ?= ?(?!=)|\bpassw\w{2,6}\s?:(?!\s?(?:true|false|string))|\{ ?passw\w{2,6}\s?[,}]|\bset\s[\x60"]?passw\w{2,6}|setPassword\(/i;

/** The whole handler or method: callbacks in it belong to it. */
function outermost(node: t.Node): FunctionNode | undefined {
  const around = enclosingFunction(node);
  return around === undefined ? undefined : (outermost(around) ?? around);
}

const WHEN =
  /^(?:expir\w*|valid|validity|until|ttl|created|issued|updated|requested|sent|age|aged|time|timestamp|stamp|date|now|at|verify|check|moment|dayjs|hours?|minutes?|days?|old|late|lifetime|life|since|stale|jwt)$/;

/** Whether anything in the function has the name of a time, or is a statement that asks for one. */
const asksWhen = (fn: FunctionNode): boolean =>
  someNode(fn, (node) => {
    if (node.type === "Identifier") return wordsOf(node.name).some((word) => WHEN.test(word));
    const text = textIn(node);
    return /_at\b|expir|now\(|interval|timestamp/i.test(text) && isStatement(text);
  });

const isStatement = (text: string): boolean => /\b(?:select|where|from)\b/i.test(text);

/** A schema, a timer or a job may take the token away after a while. */
const endsElsewhere = remembered((program: Program): boolean =>
  program.modules.some((module) => mentions(module, MENTIONED) && isTimed(module)),
);

/** Not in what is said to people: "This link is invalid or has expired". */
const isTimed = (module: Module): boolean =>
  /expire(?!sIn\b)|\bttl\b|setTimeout|setInterval|\bcron\b|deleteMany/i.test(
    codeOf(module)
      .replace(/"[^"\n]*"/g, '""')
      .replace(/'[^'\n]*'/g, "''"),
  );
