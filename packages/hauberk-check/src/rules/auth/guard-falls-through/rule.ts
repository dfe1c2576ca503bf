import { isFunction, type FunctionNode, type t, type Node } from "../../../parse/ast.ts";
import { mentions } from "../../kit/mentions.ts";
import { handlerAround, saidBy } from "../../kit/nodes.ts";
import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import { comeBy } from "./asked.ts";
import { refusalInCallback } from "./callbacks.ts";
import { checkHelper } from "./helpers.ts";
import { reportOpenGuards } from "./opens.ts";
import { refusalIn } from "./refusals.ts";
import { shortRefusal } from "./shorthand.ts";
import { workBelow } from "./work.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "auth/guard-falls-through",
  title: "A guard does not keep out whom it turns away",
  severity: "high",
  confidence: "high",
  cwe: [287, 698],
  asvs: ["16.5.3"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "next() is called for those who may not pass, after a refusal or without one, and what was to be guarded is done.",
  fix: "Answer whoever may not pass, and return with the answer: `return res.status(401).end();`.",
  app: reportOpenGuards,
  visit: {
    FunctionDeclaration: check,
    FunctionExpression: check,
    ArrowFunctionExpression: check,
    ClassMethod: check,
    ObjectMethod: check,
    CallExpression: checkHelper,
  },
});

function check(node: Node, context: NodeContext): void {
  if (!isFunction(node) || node.body.type !== "BlockStatement") return;
  const own = parametersOf(node);
  // Most functions are no handlers and stand in none.
  if (own === undefined && !mentions(context.module, ANSWERS)) return;
  for (const block of blocksOf(node.body.body)) {
    if (own !== undefined) {
      checkCallbacks(node, own, block, context);
      checkShort(own, block, context);
    }
    const ifs = block.filter((one) => one.type === "IfStatement");
    const names = ifs.length === 0 ? undefined : (own ?? namesAround(node));
    if (names !== undefined) for (const one of ifs) checkIf(one, block, names, context);
  }
}

const ANSWERS = /\b(?:res|response|resp|reply)\b/;

/** A callback that turns somebody away, and `next()` below the call that it is given to. */
function checkCallbacks(
  fn: FunctionNode,
  names: Names,
  block: readonly t.Statement[],
  context: NodeContext,
): void {
  const { module } = context;
  if (names.next === "") return;
  const end = block.findIndex((one) => goesOn(one, names.next));
  for (const one of block.slice(0, Math.max(end, 0))) {
    const refusal = refusalInCallback(one, names, module);
    if (refusal !== undefined)
      context.report({
        at: { module, node: refusal },
        message: "This answer ends the callback, and not the guard: next() runs below it.",
        related: [{ at: { module, node: block[end] ?? fn }, message: "next()" }],
      });
  }
}

function checkShort({ res, next }: Names, block: readonly t.Statement[], context: NodeContext): void {
  const { module } = context;
  const end = block.findIndex((one) => goesOn(one, next));
  for (const [at, one] of block.slice(0, Math.max(end, 0)).entries()) {
    const short = shortRefusal(one, res, module);
    const between = block.slice(at + 1, end);
    if (short !== undefined && comeBy({ test: short.test, before: block.slice(0, at), between, module }))
      reportNext(short.refusal, block[end], context);
  }
}

function reportNext(refusal: t.Node, next: t.Node | undefined, { module, report }: NodeContext): void {
  report({
    at: { module, node: refusal },
    message: "This answer is not the end: next() runs below it.",
    related: [{ at: { module, node: next ?? refusal }, message: "next()" }],
  });
}

/** The statements of a function, and those of what it tries. */
const blocksOf = (statements: readonly t.Statement[]): readonly (readonly t.Statement[])[] => [
  statements,
  ...statements.flatMap((one) => (one.type === "TryStatement" ? blocksOf(one.block.body) : [])),
];

interface Names {
  readonly res: string;
  /** "" in a handler, which is the end of the way. */
  readonly next: string;
}

/** Those of the handler around: `jwt.verify(token, key, (err, user) => { ... next(); })`. */
function namesAround(fn: FunctionNode): Names | undefined {
  const handler = handlerAround(fn);
  return handler === undefined || handler.res === "" ? undefined : parametersOf(handler.fn);
}

function parametersOf({ params }: FunctionNode): Names | undefined {
  const names = params.map((param) => (param.type === "Identifier" ? param.name : ""));
  const [req, res, next] = names.length === 4 ? names.slice(1) : names;
  return req === undefined || res === undefined || res === "" || !/^_?re[qs]/.test(req)
    ? undefined
    : { res, next: next ?? "" };
}

function checkIf(
  statement: t.IfStatement,
  block: readonly t.Statement[],
  { res, next }: Names,
  context: NodeContext,
): void {
  const { module } = context;
  const last = branchesOf(statement)
    .map((branch) =>
      refusalIn(branch, branch === statement.consequent ? statement.test : undefined, res, module),
    )
    .find((one) => one !== undefined);
  if (last === undefined) return;
  const at = block.indexOf(statement);
  const before = block.slice(0, at);
  const below = block.slice(at + 1);
  const end = below.findIndex((one) => goesOn(one, next));
  const turned = { test: statement.test, before, module };
  if (end !== -1) {
    if (comeBy({ ...turned, between: below.slice(0, end) })) reportNext(last, below[end], context);
    return;
  }
  const work = workBelow({ ...turned, between: below }, last, statement, res);
  if (work !== undefined)
    context.report({
      at: { module, node: last },
      message: "This answer is not the end: the handler goes on below it, and changes what it keeps.",
      related: [{ at: { module, node: work }, message: "what is done all the same" }],
    });
}

function branchesOf(statement: t.IfStatement): readonly t.Statement[] {
  const { consequent, alternate } = statement;
  if (!alternate) return [consequent];
  return [consequent, ...(alternate.type === "IfStatement" ? branchesOf(alternate) : [alternate])];
}

function goesOn(one: t.Statement, next: string): boolean {
  const said = saidBy(one);
  return (
    next !== "" &&
    said?.type === "CallExpression" &&
    leftmostIdentifier(said) === next &&
    said.arguments.length === 0
  );
}
