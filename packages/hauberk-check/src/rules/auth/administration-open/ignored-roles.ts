import type { Program } from "../../../model/program.ts";
import { property } from "../../../model/properties.ts";
import type { Fn, Site } from "../../../model/values.ts";
import {
  boundNames,
  isFunction,
  someNode,
  type FunctionNode,
  type Node,
  type t,
} from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { lastName } from "../../kit/function-names.ts";
import { callArguments, calleeName, sourceText } from "../../kit/nodes.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import type { NodeContext } from "../../rule.ts";
import { MAY_ASK } from "./roleless.ts";
import { OF_ADMINISTRATION } from "./unasked-roles.ts";

/** Calls that are given a role, and those that make a server of controllers. */
export const CALLEES: readonly RegExp[] = [
  /role|permi|authori[sz]e|allow|restrict/i,
  /(?:create|use)ExpressServer$/,
];

/** A guard that is told a role and never looks at it: `requireRole("admin")`, `@Authorized("admin")`. */
export function checkIgnoredRole(node: Node, context: NodeContext): void {
  if (node.type !== "CallExpression") return;
  if (calleeName(node)?.endsWith("ExpressServer") === true) checkChecker(node, context);
  else checkFactory(node, context);
}

/** `const requireRole = (role) => (req, res, next) => (req.user ? next() : res.sendStatus(401));` */
function checkFactory(call: t.CallExpression, { module, program, value, report }: NodeContext): void {
  const named = call.arguments.find(
    (one) =>
      /^(?:StringLiteral|MemberExpression|ArrayExpression)$/.test(one.type) &&
      OF_ADMINISTRATION.test(sourceText(module, one)),
  );
  if (named === undefined) return;
  const made = value(call.callee);
  if (made.k !== "fn" || said(program).has(made.node)) return;
  const guard = guardMadeBy(made.node);
  if (guard === undefined || !ignores(made, made.node.params) || asksOtherwise(made, guard)) return;
  said(program).add(made.node);
  report({
    at: { module: made.module, node: made.node },
    message: `This guard never looks at what it is given: ${sourceText(module, call).slice(0, MAX_SHOWN)} lets in whoever passes without a role.`,
    fix: "Compare what it is given with the role of whoever is signed in, and answer 403 to all others.",
    related: [{ at: { module, node: call }, message: "a guard that is meant to ask for a role" }],
  });
}

const MAX_SHOWN = 60;

/** One guard is one finding, however many routes it stands before. */
const said = remembered((_program: Program): Set<FunctionNode> => new Set());

/** The middleware that the function gives back. */
function guardMadeBy(fn: FunctionNode): FunctionNode | undefined {
  let made: t.Node | null | undefined = fn.body;
  if (made.type === "BlockStatement") {
    const last = made.body.at(-1);
    made = last?.type === "ReturnStatement" ? last.argument : undefined;
  }
  if (!made || !isFunction(made) || made.params.length !== 3) return undefined;
  const [req, , next] = made.params.flatMap(boundNames);
  return /^_?req/.test(req ?? "") && next !== undefined ? made : undefined;
}

/** None of these parameters is named in the function. */
function ignores({ node, module }: Fn, params: readonly t.Node[]): boolean {
  const body = sourceText(module, node.body);
  return (
    params.every((one) => one.type !== "ObjectPattern") &&
    !/\barguments\b/.test(body) &&
    params
      .flatMap(boundNames)
      .every((name) => !new RegExp(String.raw`(?<![\w$.])${escapeForPattern(name)}(?![\w$])`).test(body))
  );
}

/** It knows by itself what it asks for (`req.user.isAdmin`), or hands the request to somebody who may. */
function asksOtherwise({ module }: Fn, guard: FunctionNode): boolean {
  const [req] = guard.params.flatMap(boundNames);
  return (
    MAY_ASK.test(sourceText(module, guard.body)) ||
    someNode(guard.body, (one) =>
      callArguments(one).some((given) => given.type === "Identifier" && given.name === req),
    )
  );
}

/** `createExpressServer({ authorizationChecker: async (action) => Boolean(await userOf(action)) })`. */
function checkChecker(call: t.CallExpression, { program, value, report }: NodeContext): void {
  const checkers = call.arguments.map((one) => property(value(one), "authorizationChecker"));
  const checker = checkers.find((one) => one.k === "fn");
  if (checker === undefined || checker.k !== "fn") return;
  const [action, ...roles] = checker.node.params;
  if (action === undefined || action.type === "RestElement" || !ignores(checker, roles)) return;
  if (MAY_ASK.test(sourceText(checker.module, checker.node.body))) return;
  const route = authorizedFor(program);
  if (route === undefined) return;
  report({
    at: { module: checker.module, node: checker.node },
    message:
      "This authorizationChecker never looks at the roles it is given: whoever has an account is let in where an administrator is asked for.",
    fix: "Compare its second parameter with the roles of whoever is signed in.",
    related: [{ at: route, message: "a route for administrators" }],
  });
}

/** A route of `@Authorized("admin")`, or a controller. */
const authorizedFor = remembered((program: Program): Site | undefined => {
  for (const module of program.modules)
    for (const node of module.text.includes("@Authorized") ? (module.index.get("Decorator") ?? []) : []) {
      const named = node.type === "Decorator" ? node.expression : node;
      if (lastName(named.type === "CallExpression" ? named.callee : named) !== "Authorized") continue;
      if (callArguments(named).some((one) => OF_ADMINISTRATION.test(sourceText(module, one))))
        return { module, node };
    }
  return undefined;
});
