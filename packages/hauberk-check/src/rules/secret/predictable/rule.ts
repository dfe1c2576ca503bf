import { enclosingFunction, isFunction, type Node, type t } from "../../../parse/ast.ts";
import type { Program } from "../../../model/program.ts";
import { remembered } from "../../../remembered.ts";
import { namesOf } from "../../kit/function-names.ts";
import { mentions } from "../../kit/mentions.ts";
import { dotted, keyName, plainText, sourceText } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { guess, ofReturned, type Guess } from "./guess.ts";
import { isKeyedBySecrets, nameOf, secrecyMade, secrecyOf, type Secrecy } from "./names.ts";

export const rule: Rule = defineRule({
  id: "secret/predictable",
  title: "A secret can be worked out",
  severity: "high",
  confidence: "medium",
  cwe: [330, 338],
  asvs: ["11.5.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Math.random() goes on in a way that a few of its numbers give away, and a time is tried in seconds: the next reset link, code or session is the attacker's.",
  fix: 'Use `crypto.randomBytes(32).toString("base64url")`, `crypto.randomUUID()`, and `crypto.randomInt(100000, 1000000)` for a code of digits.',
  callees: [/\.(?:cookie|set)$/],
  visit: {
    VariableDeclarator(node, context) {
      if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || !node.init) return;
      const isOfGrant =
        node.id.name === "code" && /Math\.random|Date/.test(context.module.text) && isInGrant(node, context);
      checkNamed(isOfGrant ? "authorizationCode" : node.id.name, node.init, context);
      if (isState(node.id.name) && isInRedirect(node, context)) checkState(node.init, context);
    },
    ObjectProperty(node, context) {
      if (node.type === "ObjectProperty") checkNamed(keyName(node.key), node.value, context);
    },
    ClassProperty(node, context) {
      if (node.type === "ClassProperty" && node.value) checkNamed(keyName(node.key), node.value, context);
    },
    AssignmentExpression(node, context) {
      if (node.type !== "AssignmentExpression" || !/^(?:=|\|\|=|\?\?=)$/.test(node.operator)) return;
      const { left, right } = node;
      checkNamed(nameOf(left) ?? "", right, context);
      if (dotted(left)?.includes(".session.") === true && isState(nameOf(left) ?? ""))
        checkState(right, context);
      if (left.type === "MemberExpression" && left.computed && isKeyedBySecrets(left.object))
        checkKey(left.property, context);
    },
    CallExpression: checkCall,
    FunctionDeclaration: checkFunction,
    FunctionExpression: checkFunction,
    ArrowFunctionExpression: checkFunction,
    ObjectMethod: checkFunction,
    ClassMethod: checkFunction,
  },
});

/** `let code = ...; new AuthorizationCode({ client, code }).save()`: what it is for is said beside it. */
function isInGrant(node: Node, { module }: NodeContext): boolean {
  const fn = enclosingFunction(node);
  return fn !== undefined && /authori[sz]ation_?codes?\b/i.test(sourceText(module, fn));
}

/** What an OAuth callback compares, so that nobody signs a victim in to an account of their own. */
const isState = (name: string): boolean => /^(?:oauth_?|auth_?)?state$/i.test(name);

/** `const state = ...; res.redirect(`${AUTHORIZE}?client_id=${ID}&state=${state}`)`. */
function isInRedirect(node: Node, { module }: NodeContext): boolean {
  const fn = enclosingFunction(node);
  return fn !== undefined && /client_?id/i.test(sourceText(module, fn));
}

function checkState(value: t.Node, context: NodeContext): void {
  if (isFunction(value) || !usesAny(context.program)) return;
  const found = guess(value, { ...context, depth: 0 });
  if (found?.from === "random") complain(found, "sure", "state", context);
}

function checkNamed(name: string, value: t.Node, context: NodeContext): void {
  if (isFunction(value) || !usesAny(context.program)) return;
  const secrecy = secrecyOf(name);
  if (secrecy === undefined) return;
  complain(guess(value, { ...context, depth: 0 }), secrecy, name, context);
}

function checkFunction(fn: Node, context: NodeContext): void {
  if (!isFunction(fn) || !usesAny(context.program)) return;
  for (const name of namesOf(fn, context.module, context.program)) {
    const secrecy = secrecyMade(name);
    if (secrecy === undefined) continue;
    complain(ofReturned(fn, { ...context, depth: 0 }), secrecy, name, context);
    return;
  }
}

/** `res.cookie("session", value)`, `sessions.set(id, user)`. */
function checkCall(node: Node, context: NodeContext): void {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return;
  const [first, second] = node.arguments;
  const { object, property } = node.callee;
  if (first === undefined || second === undefined || property.type !== "Identifier") return;
  if (property.name === "cookie") checkCookie(plainText(first) ?? "", second, context);
  if (property.name !== "set") return;
  checkNamed(nameOf(node.callee.object) ?? "", second, context);
  if (isKeyedBySecrets(object)) checkKey(first, context);
}

function checkCookie(name: string, value: t.Node, context: NodeContext): void {
  // The time alone may mark a run elsewhere; what a browser sends back as its session opens one.
  if (/^(?:session|sess|auth|sid|session[-_]?id)$/i.test(name)) {
    if (!isFunction(value) && usesAny(context.program))
      complain(
        guess(value, { ...context, depth: 0 }),
        "sure",
        /id$/i.test(name) ? name : "sessionId",
        context,
      );
  } else checkNamed(name, value, context);
}

function checkKey(key: t.Node, context: NodeContext): void {
  if (!usesAny(context.program)) return;
  const found = guess(key, { ...context, depth: 0 });
  if (found?.from === "random") complain(found, "likely", "a key of what lets somebody in", context);
}

const said = remembered<Program, Set<t.Node>>(() => new Set());

function complain(
  found: Guess | undefined,
  secrecy: Secrecy,
  name: string,
  { program, report }: NodeContext,
): void {
  if (found === undefined || found.from === "plain") return;
  if (found.from === "known" && found.disguised !== true) return;
  if (found.from === "time" && secrecy === "likely" && found.bare === true) return;
  if (said(program).has(found.at)) return;
  said(program).add(found.at);
  const what = name.includes(" ") ? name : `\`${name}\``;
  report({
    at: { module: found.module, node: found.at },
    message: `${capital(MADE[found.from])} makes ${what}.`,
  });
}

const MADE = {
  random: "Math.random()",
  time: "the time",
  known: "what others know",
  plain: "the code",
} as const;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Without one of these in the whole project there is nothing to look for. */
const usesAny = remembered((program: Program): boolean =>
  program.modules.some((module) => mentions(module, SOURCES)),
);

const SOURCES = /Math\.random|Date\.now|new Date|md5|sha1|createHash|btoa/i;
