import type { Module } from "../../../model/module.ts";
import { ancestors, isFunction, walk, type Node } from "../../../parse/ast.ts";
import {
  callArguments,
  calleeName,
  dotted,
  handlerAround,
  keyName,
  plainText,
  sourceText,
  type HandlerNames,
} from "../../kit/nodes.ts";
import { accessPattern } from "../../kit/patterns.ts";
import { isTestedBefore } from "../../kit/tested.ts";
import { isValidatedRoute } from "../../kit/validated-routes.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { fieldHeld } from "./query-names.ts";

const METHODS =
  "split|toLowerCase|toUpperCase|trim|replace|startsWith|endsWith|substring|substr|match|charAt|localeCompare|padStart";

export const rule: Rule = defineRule({
  id: "input/type-confusion",
  title: "A query value is taken for text untested",
  severity: "low",
  confidence: "medium",
  cwe: [843],
  asvs: ["15.3.5"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "`?name=a&name=b` makes it a list: the method does not exist there, and in an async handler of Express 4 the error ends the process.",
  fix: 'Check it: `if (typeof req.query.name !== "string") return res.sendStatus(400)`.',
  callees: [new RegExp(String.raw`\.(?:${METHODS})$`)],
  visit: {
    CallExpression: check,
    OptionalCallExpression: check,
  },
});

function check(node: Node, context: NodeContext): void {
  const name = calleeName(node) ?? defaulted(node);
  if (name === undefined || !(name.includes(".query.") || ON_NAME.test(name))) return;
  const handler = handlerAround(node);
  if (handler === undefined) return;
  const value = name.includes(".query.")
    ? untestedField(node, name, handler, context.module)
    : untestedName(node, name.slice(0, name.indexOf(".")), handler, context.module);
  if (value === undefined || isValidatedRoute(handler.fn, context.module, context.program)) return;
  context.report({
    at: { module: context.module, node },
    message: `${value} may be a list or an object.`,
  });
}

/** `req.query.q.trim` of `(req.query.q || "").trim()`. */
function defaulted(node: Node): string | undefined {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return undefined;
  const { object, property } = node.callee;
  if (
    object.type !== "LogicalExpression" ||
    object.operator === "&&" ||
    plainText(object.right) === undefined
  )
    return undefined;
  const from = dotted(object.left);
  return from === undefined ? undefined : `${from}.${keyName(property)}`;
}

const ON_NAME = new RegExp(String.raw`^\w+\.(?:${METHODS})$`);

/** `req.query.q` of `req.query.q.trim()`, where nothing before has looked at it. */
function untestedField(node: Node, name: string, handler: HandlerNames, module: Module): string | undefined {
  const match = new RegExp(String.raw`^(${handler.req}\.query\.\w+)\.(?:${METHODS})$`).exec(name);
  const field = match?.[1];
  if (field === undefined || isGuardedInline(node, field, module)) return undefined;
  const names = [field, ...aliasesOf(field, handler, module)];
  return names.some((one) => isTestedBefore(module, node, one)) ? undefined : field;
}

/** The same for `q.trim()`, where `q` holds `req.query.q`. */
function untestedName(node: Node, name: string, handler: HandlerNames, module: Module): string | undefined {
  const field = fieldHeld(name, handler);
  if (field === undefined || isRequestAsked(node, handler)) return undefined;
  const isKnown = [name, field].some(
    (one) => isTestedBefore(module, node, one) || isGuardedInline(node, one, module),
  );
  return isKnown ? undefined : field;
}

/** `if (isSearch(req)) ...` above or before: that function may have looked at the types. */
function isRequestAsked(node: Node, { fn, req }: HandlerNames): boolean {
  let isAsked = false;
  walk(fn.body, (one) => {
    if (one.type !== "IfStatement" || (one.start ?? 0) > (node.start ?? 0)) return;
    walk(one.test, (part) => {
      isAsked ||= callArguments(part).some((given) => given.type === "Identifier" && given.name === req);
    });
  });
  return isAsked;
}

/** `const q = req.query.q; if (isString(q)) return req.query.q.trim()`. */
const aliasesOf = (text: string, { fn }: HandlerNames, module: Module): readonly string[] =>
  (module.index.get("VariableDeclarator") ?? []).flatMap((one) =>
    one.type === "VariableDeclarator" &&
    one.id.type === "Identifier" &&
    one.init &&
    (one.start ?? 0) > (fn.start ?? 0) &&
    (one.end ?? 0) < (fn.end ?? 0) &&
    sourceText(module, one.init) === text
      ? [one.id.name]
      : [],
  );

function isGuardedInline(node: Node, text: string, module: Module): boolean {
  const asksType = new RegExp(String.raw`typeof\s+${accessPattern(text)}`);
  for (const up of ancestors(node)) {
    if (isFunction(up) || up.type === "BlockStatement") return false;
    if (
      (up.type === "LogicalExpression" || up.type === "ConditionalExpression") &&
      asksType.test(sourceText(module, up))
    )
      return true;
  }
  return false;
}
