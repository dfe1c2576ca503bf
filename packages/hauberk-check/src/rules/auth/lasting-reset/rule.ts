import { codeOf, type Module } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import { enclosingFunction, type FunctionNode, type Node, type t } from "../../../parse/ast.ts";
import { dataAround } from "../../kit/handed-over.ts";
import { mentions } from "../../kit/mentions.ts";
import { callArguments, sourceText } from "../../kit/nodes.ts";
import { isReading } from "../../kit/queries.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { asksWhen, kindOf, type Kind } from "./kinds.ts";

export const rule: Rule = defineRule({
  id: "auth/lasting-reset",
  title: "A token that opens an account never ends",
  severity: "medium",
  confidence: "medium",
  cwe: [640, 613],
  asvs: ["6.5.5"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Mails are kept for years, forwarded and searched: a link that was never used takes the account over as long as it lies there.",
  fix: "Keep with the token when it ends, an hour on, and look it up with that: `findOne({ resetToken, resetExpires: { $gt: Date.now() } })`.",
  doc: "A token by which somebody is signed in, or an invitation of one person, is told of as low; one that confirms an address and nothing else may be old.",
  needs: /reset|forgot|magic|log_?in|sign_?in|verif|confirm|activation|invit/i,
  callees: [/\.(?:find\w{0,20}|query|execute|get|all|first)$/],
  visit: { CallExpression: check },
});

function check(node: Node, context: NodeContext): void {
  const { module, program } = context;
  if (node.type !== "CallExpression" || !isReading(node)) return;
  const found = kindOf(callArguments(node));
  const fn = found === undefined ? undefined : outermost(node);
  if (found === undefined || fn === undefined) return;
  const { kind, name } = found;
  const text = sourceText(module, fn);
  if (!kind.does.every((one) => one.test(text)) || kind.not?.test(text) === true || asksWhen(fn, kind))
    return;
  if (endsElsewhere(kind, name, program) || dataAround(node, context) === undefined) return;
  context.report({
    at: { module, node },
    message: kind.message,
    ...(kind.severity && { severity: kind.severity }),
  });
}

/** The whole handler or method: callbacks in it belong to it. */
function outermost(node: t.Node): FunctionNode | undefined {
  const around = enclosingFunction(node);
  return around === undefined ? undefined : (outermost(around) ?? around);
}

/** A schema, a timer or a job may take the token away after a while. */
const endsElsewhere = ({ mentioned }: Kind, name: string, program: Program): boolean =>
  program.modules.some(
    (module) =>
      (mentioned === undefined ? module.text.includes(name) : mentions(module, mentioned)) && isTimed(module),
  );

/** Not in what is said to people: "This link is invalid or has expired". */
const isTimed = (module: Module): boolean =>
  /expire(?!s?In\b|s_in\b)|\bttl\b|setTimeout|setInterval|\bcron\b|deleteMany/i.test(
    codeOf(module)
      .replace(/"[^"\n]*"/g, '""')
      .replace(/'[^'\n]*'/g, "''"),
  );
