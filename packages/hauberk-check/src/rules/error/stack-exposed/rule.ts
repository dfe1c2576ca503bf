import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import { ancestors, isFunction, walk, type t, type Node } from "../../../parse/ast.ts";
import type { Module } from "../../../model/module.ts";
import { piecesOf } from "../../kit/built-values.ts";
import { dotted, handlerAround, keyName, sourceText } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule, type Severity } from "../../rule.ts";
import { caughtParts } from "./caught-parts.ts";
import { isDatabaseError, showsDatabaseError, showsSql } from "./database-errors.ts";
import { showsInnerError, toldByHelper } from "./inner-errors.ts";
import { showsInternals } from "./internals.ts";
import { tellersFor, type Teller } from "./returned-errors.ts";
import { isToldInFirstBranch } from "./other-branch.ts";
import { shownByView } from "./shown-by-view.ts";
import { isTakenOut } from "./taken-out.ts";

const ANSWERS: ReadonlySet<string> = new Set(["send", "json", "end", "render", "write", "jsonp"]);

export const rule: Rule = defineRule({
  id: "error/stack-exposed",
  title: "Errors are answered with their inside",
  severity: "medium",
  confidence: "high",
  cwe: [209],
  asvs: ["16.5.1"],
  lenses: ["source", "live"],
  express: ALL_EXPRESS,
  why: "A stack trace names files, versions and queries; an attacker learns from it where to push.",
  fix: "Answer with a neutral text and an id, and write the error to the log.",
  callees: [/\.(?:send|json|end|render|write|jsonp)$/],
  visit: {
    ObjectProperty: checkFormat,
    CallExpression(node, context) {
      if (!isAnswer(node)) return;
      const ofView = shownByView(node, context);
      const shows =
        node.arguments.some(
          (one) => showsStack(one, context.module) || heldStack(one, context.module) !== undefined,
        ) ||
        caughtParts(node, context.module).some(
          (one) => showsStack(one, context.module) && !isDevelopmentOnly(one, context.module),
        ) ||
        ofView === "stack";
      if (shows) complain(node, context, "The answer contains the error's stack.");
      else if (showsSql(node))
        complain(node, context, "The answer contains the SQL of the query that failed.");
      else if (ofView === "message")
        complain(node, context, "The page shows the message of whatever error came.", "low");
      else if (showsDatabaseError(node, context))
        complain(node, context, "The answer contains an error of the database as it came.", "low");
      else {
        const told = showsInnerError(node, context) ?? showsInternals(node, context.module);
        const isSame = (one: t.CallExpression): boolean =>
          isAnswer(one) && showsInnerError(one, context) === told;
        if (told !== undefined && !isToldInFirstBranch(node, isSame)) complain(node, context, told, "low");
      }
      for (const one of tellersFor(node, context)) complainOfHelper(one, node, context);
    },
  },
  live({ facts, report }) {
    const leak = [...facts.answers, ...(facts.oddInput ?? []).map((one) => one.answer)].find(
      (one) => one.status >= 400 && hasFrames(one.body),
    );
    if (leak !== undefined)
      report({ url: leak.url, message: `The ${String(leak.status)} answer shows a stack trace.` });
  },
});

type Answer = t.CallExpression & {
  readonly callee: t.MemberExpression & { readonly property: t.Identifier };
};

const isAnswer = (node: t.Node): node is Answer =>
  node.type === "CallExpression" &&
  node.callee.type === "MemberExpression" &&
  node.callee.property.type === "Identifier" &&
  ANSWERS.has(node.callee.property.name) &&
  /^_?(?:res|response)$/.test(leftmostIdentifier(node) ?? "");

const ERROR = /^(?:err|error|e|ex|exc|exception|reason|failure)\.stack$/;
const CHOSEN = /production|development|\b(?:is_?)?dev|isProd|debug|env\b/i;

/** Whether the stack is part of the value, unless a condition about the environment decides. */
function showsStack(argument: t.Node, module: Module): boolean {
  if (isFunction(argument) || !sourceText(module, argument).includes(".stack")) return false;
  let isShown = false;
  walk(argument, (node) => {
    if (isFunction(node)) return false;
    if (ERROR.test(dotted(node) ?? "") && !isChosen(node, argument, module)) isShown = true;
    return true;
  });
  return isShown;
}

/** `stack: isProduction ? undefined : err.stack`, `...(dev && { stack: err.stack })`. */
function isChosen(node: t.Node, within: t.Node, module: Module): boolean {
  let inner = node;
  for (const up of ancestors(node)) {
    const test =
      up.type === "ConditionalExpression" ? up.test : up.type === "LogicalExpression" ? up.left : inner;
    if (test !== inner && CHOSEN.test(sourceText(module, test))) return true;
    if (up === within || inner === within) return false;
    inner = up;
  }
  return false;
}

/** `const page = "<pre>" + err.stack + "</pre>"`, which is what the answer is. */
function heldStack(node: t.Node, module: Module): t.Node | undefined {
  const handler = node.type === "Identifier" ? handlerAround(node) : undefined;
  if (node.type !== "Identifier" || handler === undefined) return undefined;
  const pieces = piecesOf(node.name, handler);
  const isShown = (one: t.Node): boolean => showsStack(one, module);
  return pieces.find(
    (one) =>
      isShown(one) &&
      !isDevelopmentOnly(one, module) &&
      !isTakenOut({ name: node, made: one }, handler, module, { isShown, about: CHOSEN }),
  );
}

function complain(node: Node, { module, report }: NodeContext, message: string, severity?: Severity): void {
  if (isDevelopmentOnly(node, module)) return;
  report({ at: { module, node }, message, ...(severity && { severity }) });
}

/** What is to be mended is the helper, whoever answers what it gives back. */
function complainOfHelper({ part, module }: Teller, answer: Node, context: NodeContext): void {
  const there = { ...context, module };
  const isStack = showsStack(part, module);
  const told = isStack
    ? "The answer contains the error's stack."
    : isDatabaseError(part, there)
      ? "The answer contains an error of the database as it came."
      : toldByHelper(part, there);
  if (told === undefined || isDevelopmentOnly(part, module) || isDevelopmentOnly(answer, context.module))
    return;
  context.report({
    at: { module, node: part },
    message: told,
    related: [{ at: { module: context.module, node: answer }, message: "This answers it." }],
    ...(!isStack && { severity: "low" }),
  });
}

/** Past the handler's own function: `if (app.get("env") === "development") { app.use((err, req, res, next) => ...) }`. */
const isDevelopmentOnly = (node: t.Node, module: Module): boolean =>
  ancestors(node).some(
    (up) =>
      (up.type === "IfStatement" || up.type === "ConditionalExpression") &&
      CHOSEN.test(sourceText(module, up.test)),
  );

/** `error.extensions.exception.stacktrace`, where Apollo Server 3 has it. */
const showsTrace = (node: t.Node, module: Module): boolean => {
  const text = sourceText(module, node);
  return /\.(?:exception\??\.)?stacktrace\b/.test(text) && !CHOSEN.test(text);
};

/** `customFormatErrorFn: (error) => ({ message: error.message, stack: error.stack })` of a GraphQL server. */
function checkFormat(node: Node, { module, report }: NodeContext): void {
  if (node.type !== "ObjectProperty" || !/^(?:customFormatErrorFn|formatError)$/.test(keyName(node.key)))
    return;
  const fn = node.value;
  if (!isFunction(fn)) return;
  const said =
    fn.body.type === "BlockStatement"
      ? fn.body.body.flatMap((one) => (one.type === "ReturnStatement" && one.argument ? [one.argument] : []))
      : [fn.body];
  const shown = said.find((one) => showsStack(one, module) || showsTrace(one, module));
  if (shown !== undefined && !isDevelopmentOnly(node, module))
    report({ at: { module, node: shown }, message: "The answer to a query contains the error's stack." });
}

/** A line of a stack: "at name (/path:1:2)", "at C:\\path:1:2", in HTML and in JSON as well as in plain text. */
function hasFrames(body: string): boolean {
  if (/node_modules[\\/](?:express|router|body-parser)[\\/]/.test(body)) return true;
  const lines = body.replaceAll("&nbsp;", " ").split(/\n|\\n|<br/);
  return lines.some((line) => line.trimStart().startsWith("at ") && /[\\/][\w.-]+:\d+:\d+/.test(line));
}
