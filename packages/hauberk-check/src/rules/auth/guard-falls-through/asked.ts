import { leaves, sourceText } from "../../kit/nodes.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import type { Module } from "../../../model/module.ts";
import { someNode, type t } from "../../../parse/ast.ts";

/** An `if` that turns somebody away and does not end there, with what stands around it. */
export interface Turned {
  readonly test: t.Node;
  readonly before: readonly t.Statement[];
  /** Up to what they should not reach, or with it. */
  readonly between: readonly t.Statement[];
  readonly module: Module;
}

/** Whether a test says something about who is there. */
export const asksWho = (test: string): boolean =>
  /session|user|auth|logged|token|admin|cookie|role|permi|owner|author/i.test(test);

export const OF_VISITOR: RegExp =
  /\breq(?:uest)?\.(?:session|user|isAuthenticated|is_?admin|auth)\b|locals\.\w{0,20}user\b/i;

/** A handler that looks whether the answer is out already knows what it does. */
export const LOOKS_AT_ANSWER: RegExp = /headersSent|writableEnded|\.finished/;

/** Something is not there, or is not what it should be. */
export const lacks = (test: t.Node): boolean =>
  someNode(
    test,
    (node) =>
      (node.type === "UnaryExpression" && node.operator === "!") ||
      (node.type === "BinaryExpression" && (node.operator.startsWith("!") || isNothing(node.right))),
  );

/** Whether whoever is turned away comes by: with nobody there `user.id` throws, and so does `verify(token)`. */
export const comeBy = (turned: Turned): boolean => reach(turned, isNeeded);

/** The same where nothing is done for nobody: `Note.deleteOne({ _id, owner: req.session.userId })`. */
export const comeByUnnamed = (turned: Turned): boolean => reach(turned, isNamed);

function reach(
  { test, before, between, module }: Turned,
  isUsed: (name: string, source: string) => boolean,
): boolean {
  const done = textOf(between, module);
  const above = textOf([...before, ...between], module);
  if (between.some((one) => leaves(one))) return false;
  return whomOf(test).some((one) => {
    const missing = missingIn(one, module).flatMap((name) => [name, ...aliasesOf(name, above)]);
    return (
      !between.some((later) => turnsAway(later, missing, module)) &&
      !(missing.length > 0 && VERIFIES.test(done)) &&
      !missing.some((name) => isUsed(name, done) || isNeeded(name, done))
    );
  });
}

const textOf = (statements: readonly t.Statement[], module: Module): string =>
  statements.map((one) => sourceText(module, one)).join("\n");

/** No token and a false one are one to it, and it throws. */
const VERIFIES = /verify\w{0,20}\(/i;

/** Another one below it that ends for them. */
function turnsAway(statement: t.Statement, missing: readonly string[], module: Module): boolean {
  if (statement.type !== "IfStatement" || !leaves(statement.consequent)) return false;
  const test = sourceText(module, statement.test);
  return asksWho(test) || missing.some((name) => isNamed(name, test));
}

/** `if (!req.session.user || req.session.role !== "admin")`: whom it turns away, one after the other. */
const whomOf = (test: t.Node): readonly t.Node[] =>
  test.type === "LogicalExpression" && test.operator !== "&&"
    ? [...whomOf(test.left), ...whomOf(test.right)]
    : [test];

/** `user` of `!user` and of `user === null`: what is not there. */
function missingIn(test: t.Node, module: Module): readonly string[] {
  switch (test.type) {
    case "LogicalExpression":
      return [...missingIn(test.left, module), ...missingIn(test.right, module)];
    case "UnaryExpression":
      return test.operator === "!" ? withUser(pathOf(test.argument, module)) : [];
    case "BinaryExpression":
      return /^===?$/.test(test.operator) && isNothing(test.right) ? [pathOf(test.left, module)] : [];
    default:
      return [];
  }
}

const isNothing = (node: t.Node): boolean =>
  node.type === "NullLiteral" || (node.type === "Identifier" && node.name === "undefined");

const pathOf = (node: t.Node, module: Module): string => sourceText(module, node).replaceAll("?.", ".");

/** Nobody stands in `req.user` where `req.isAuthenticated()` says so. */
const withUser = (path: string): readonly string[] =>
  path.endsWith(".isAuthenticated()") ? [path, path.replace(/isAuthenticated\(\)$/, "user")] : [path];

/** `const me = req.session.user;` */
const aliasesOf = (path: string, source: string): readonly string[] =>
  [
    ...source.matchAll(new RegExp(String.raw`(\w+)\s?=\s?${escapeForPattern(path)}\s?(?:[;\n]|$)`, "g")),
  ].flatMap(([, name]) => name ?? []);

const isNamed = (path: string, source: string): boolean =>
  new RegExp(String.raw`(?<![\w$.])${escapeForPattern(path)}(?![\w$])`).test(source);

/** `user.id`, `const { id } = user`. */
function isNeeded(path: string, source: string): boolean {
  const name = escapeForPattern(path);
  return new RegExp(String.raw`(?<![\w$.])${name}\s?[.[]|\}\s?=\s?${name}(?![\w$])`).test(source);
}
