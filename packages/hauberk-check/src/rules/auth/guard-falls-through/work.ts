import type { Module } from "../../../model/module.ts";
import { isFunction, someNode, type t } from "../../../parse/ast.ts";
import { sourceText } from "../../kit/nodes.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import { changeIn } from "../../csrf/state-change-on-get/writes.ts";
import { asksWho, comeByUnnamed, lacks, LOOKS_AT_ANSWER, OF_VISITOR, type Turned } from "./asked.ts";

/**
 * What a handler changes for whom it has turned away: `if (!req.session.user) res.redirect("/login"); await note.save();`. A second
 * answer throws, and what stands behind it is not done.
 */
export function workBelow(
  turned: Turned,
  refusal: t.Statement,
  { test, alternate }: t.IfStatement,
  res: string,
): t.Statement | undefined {
  const { module, between, before } = turned;
  const asked = sourceText(module, test);
  if (alternate || !asksWho(asked) || OF_BODY.test(asked) || !lacks(test)) return undefined;
  if (!refuses(sourceText(module, refusal), asked)) return undefined;
  if (between.some((one) => LOOKS_AT_ANSWER.test(sourceText(module, one)))) return undefined;
  const answers = new RegExp(String.raw`(?<![\w$.])${escapeForPattern(res)}\s?\.`);
  const second = between.findIndex((one) => answers.test(sourceText(module, one)));
  const end = second === -1 ? between.length : second + 1;
  const at = between.slice(0, end).findIndex((one) => isWork(one, module, answers));
  const work = between[at];
  if (work === undefined) return undefined;
  return comeByUnnamed({ test, before, module, between: between.slice(0, at + 1) }) ? work : undefined;
}

/** 401 and 403, or whatever is answered to those who are not signed in. */
const refuses = (answer: string, asked: string): boolean =>
  /\b40[13]\b/.test(answer) ||
  (!/\b[45]\d\d\b/.test(answer) && (OF_VISITOR.test(asked) || isToSignIn(answer)));
const isToSignIn = (answer: string): boolean =>
  /redirect\s?\(/.test(answer) && /\/(?:log-?in|sign-?in|auth|denied|forbidden)/i.test(answer);
/** What was typed is not who somebody is, and a password that does not fit signs nobody in. */
const OF_BODY = /\b(?:body|query|params)\b|passw|match|compare|otp|code|exist/i;

/** What is noted of a visit. */
const NOTES = /(?:audit|history|attempt|metric|analytics)s?\.|into (?:audit_?|access_?|activity_?)?logs?\b/i;
const LOGS = /\blog(?:s|ger)?\.|Log(?:s|ger)?\./;

function isWork(statement: t.Statement, module: Module, answers: RegExp): boolean {
  if (statement.type !== "ExpressionStatement" && statement.type !== "VariableDeclaration") return false;
  const text = sourceText(module, statement);
  if (changeIn(text) === undefined || NOTES.test(text) || LOGS.test(text)) return false;
  const isAskedAgain = someNode(
    statement,
    (node) =>
      (node.type === "IfStatement" || node.type === "ConditionalExpression") &&
      asksWho(sourceText(module, node.test)),
  );
  return !isAskedAgain && !(answers.test(text) && !someNode(statement, isFunction));
}
