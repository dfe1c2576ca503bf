import type { Module } from "../../../model/module.ts";
import { ancestors, isFunction, walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { dataAround } from "../../kit/handed-over.ts";
import { contains, dotted, sourceText } from "../../kit/nodes.ts";
import { takesProof } from "../../kit/taken-apart.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { remembered } from "../../../remembered.ts";
import { isForgotten } from "../../kit/forgotten.ts";
import { forgottenAnswers } from "./forgotten.ts";
import { isKeptByPassport } from "./passport-info.ts";
import { mayTell, saysUnknown, saysWrong } from "./texts.ts";
import { twoAnswers } from "./two-answers.ts";

export const rule: Rule = defineRule({
  id: "auth/user-enumeration",
  title: "An answer says whether somebody has an account",
  severity: "low",
  confidence: "high",
  cwe: [204],
  asvs: ["6.3.8"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Anyone can ask for a list of addresses which of them have an account here, and then try passwords for those alone.",
  fix: 'At a sign-in, answer both with one text and one status ("Name or password is wrong"), and compare with a made-up hash where there is no user. Who has forgotten a password is told the same with and without an account ("If there is an account, a mail is on its way").',
  visit: {
    FunctionDeclaration: check,
    FunctionExpression: check,
    ArrowFunctionExpression: check,
    ObjectMethod: check,
    ClassMethod: check,
  },
});

function check(node: t.Node, context: NodeContext): void {
  const { module } = context;
  const fn = node as FunctionNode;
  checkForgotten(fn, context);
  if (!mayVerify(module)) return;
  const source = sourceText(module, fn);
  if (SIGNED_IN.test(source) || !PASSWORD.test(source)) return;
  const answers =
    (VERIFIES.test(source) && mayTell(source) ? saidInWords(fn) : undefined) ??
    (CHANGES.test(source) ? undefined : twoAnswers(fn));
  if (answers === undefined || innermost(answers.unknown.node, answers.wrong.node) !== fn) return;
  if (dataAround(answers.unknown.node, context) === undefined) return;
  if (isKeptByPassport(answers.unknown.node, context.program)) return;
  context.report({
    at: { module, node: answers.unknown.node },
    message: `Where there is no such user this is answered: "${quoted(answers.unknown)}".`,
    related: [{ at: { module, node: answers.wrong.node }, message: "To a wrong password, this." }],
  });
}

/** The sentence, and not the name of the page that shows it. */
const quoted = ({ node, text }: { readonly node: t.Node; readonly text: string }): string =>
  node.type === "StringLiteral" ? node.value : text;

/** `if (!user) return res.status(404).send("No such user");`, where who is there is sent a mail. */
function checkForgotten(fn: FunctionNode, context: NodeContext): void {
  const { module, program } = context;
  if (!isForgotten(fn, module, program)) return;
  const source = sourceText(module, fn);
  // The next step is for whoever brings what was mailed.
  if (SIGNED_IN.test(source) || takesProof(source)) return;
  const answers = forgottenAnswers(fn);
  if (answers === undefined || dataAround(answers.unknown.node, context) === undefined) return;
  context.report({
    at: { module, node: answers.unknown.node },
    message: `Where there is no such account this is answered: "${quoted(answers.unknown)}".`,
    related: [{ at: { module, node: answers.known }, message: "Where there is one, this." }],
  });
}

/** "User not found" and "Wrong password", wherever in the function. */
function saidInWords(fn: FunctionNode): { readonly unknown: Text; readonly wrong: Text } | undefined {
  const texts = textsIn(fn);
  const unknown = texts.find((one) => saysUnknown(one.text));
  const wrong = texts.find((one) => saysWrong(one.text));
  return unknown && wrong && { unknown, wrong };
}

const mayVerify = remembered(({ text }: Module) => PASSWORD.test(text));

const PASSWORD = /passw|pwd/i;
/** Who changes a password types the one of today, and the name was known before. */
const CHANGES = /\b(?:current|old|existing|previous|new)[_ ]?passw/i;

const VERIFIES =
  /compare|verif|validPassword|validatePassword|checkPassword|matchPassword|\.password\b|\bpassword [!=]==?|[!=]==? password\b/i;
/** Who is signed in, or is looked up by an id, changes a password or an account: no names are tried there. */
const SIGNED_IN =
  /\breq(?:uest)?\.(?:user|session\.user(?:Id)?|userId|auth)\b(?! ?=[^=])|\bparams\.(?:id|userId)\b|\bfindBy(?:Id|Pk)\(/;

/** The function nearest to both. */
const innermost = (one: t.Node, other: t.Node): t.Node | undefined =>
  [...ancestors(one)].find((up) => isFunction(up) && contains(up, other));

interface Text {
  readonly node: t.Node;
  readonly text: string;
}

/** What is written there in quotes, but for what is logged and what stands in functions inside that are asked themselves. */
function textsIn(fn: FunctionNode): readonly Text[] {
  const found: Text[] = [];
  walk(fn.body, (node) => {
    if (
      node.type === "CallExpression" &&
      /^(?:console|log(?:ger)?|winston|debug)\b/.test(dotted(node.callee) ?? "")
    )
      return false;
    if (node.type === "StringLiteral") found.push({ node, text: node.value });
    else if (node.type === "TemplateLiteral")
      found.push({ node, text: node.quasis.map(({ value }) => value.cooked ?? "").join("...") });
    return undefined;
  });
  return found;
}
