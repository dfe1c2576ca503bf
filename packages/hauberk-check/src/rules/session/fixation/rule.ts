import { codeOf, type Module } from "../../../model/module.ts";
import { ancestors, isFunction, parentOf, walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { dotted, handlerAround, sourceText } from "../../kit/nodes.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import { usesServerSessions } from "../../kit/session-cookie.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import { remembered } from "../../../remembered.ts";

const WHO =
  /^(?:req|request)\.session\.(?:uid|logged(?:_?in)?|is_?logged_?in|(?:is_?)?auth(?:enticated)?|is_?admin|email|(?:auth|current|logged_?in_?)?_?(?:user|account|employee|person|staff|customer|member|admin|student|teacher|agent|patient|reader|guest|player|owner|principal)(?:_?(?:id|name))?)$/i;
const CHECKS_PASSWORD = /password|passwd|\bpwd\b|compare(?:Sync)?\s?\(|verify\s?\(|authenticate|credentials/i;
/** Where another server sends its user back with a code. */
const isCallback = (text: string): boolean =>
  text.split(/[;\n]/).some((line) => /\bcode\b/.test(line) && /\breq(?:uest)?\.query\b/.test(line)) &&
  /access_?token|auth_?codes?\b|oauth|\bgetToken\(|exchange\w{0,20}\(/i.test(text);

/** A helper that others call once they have checked the password. */
const SIGNS_IN =
  /^(?:log_?in|sign_?in|logUserIn|begin|establish|start)(?:_?(?:user|session|person))?$|(?:log|sign)_?in_?(?:success|ok|succeeded)|^(?:create|open|make|set_?up)_?(?:user_?|login_?)?session$/i;

export const rule: Rule = defineRule({
  id: "session/fixation",
  title: "Signing in keeps the session id of the visitor",
  severity: "high",
  confidence: "medium",
  cwe: [384],
  asvs: ["7.2.4"],
  lenses: ["source", "live"],
  express: ALL_EXPRESS,
  why: "Who planted the id in the victim's browser before is signed in with the victim.",
  fix: "Call `req.session.regenerate()` first, then write the user into the new session and save it.",
  visit: {
    AssignmentExpression(node, context) {
      if (node.type !== "AssignmentExpression" || !WHO.test(withRequest(node))) return;
      if (
        ["NullLiteral", "BooleanLiteral"].includes(node.right.type) &&
        !(node.right.type === "BooleanLiteral" && node.right.value)
      )
        return;
      if (node.right.type === "Identifier" && node.right.name === "undefined") return;
      const fn = handlerAround(node)?.fn ?? helperAround(node);
      if (fn === undefined) return;
      const text = sourceText(context.module, fn);
      if (
        !(CHECKS_PASSWORD.test(text) || SIGNS_IN.test(nameOf(fn)) || isCallback(text)) ||
        isRegenerated(context.module, fn) ||
        !usesServerSessions(context)
      )
        return;
      const first = firstInHandler(text, dotted(node.left) ?? "", (node.start ?? 0) - (fn.start ?? 0));
      if (first)
        context.report({
          at: { module: context.module, node },
          message: "The user is written into the session that was there before the sign-in.",
        });
    },
  },
  live({ facts, report }) {
    if (facts.login?.keepsId === true)
      report({
        url: facts.login.url,
        message: "The session id from before the sign-in is still the one after it.",
      });
  },
});

/** `session.user` is `req.session.user` where `session` was taken from the request, or is what the function is given. */
function withRequest(node: t.AssignmentExpression): string {
  const name = dotted(node.left) ?? "";
  return /^(?:session|sess)\.\w+$/.test(name) && isSessionName(node, name.split(".")[0] ?? "")
    ? name.replace(/^\w+/, "req.session")
    : name;
}

function isSessionName(node: t.Node, name: string): boolean {
  const fn = handlerAround(node)?.fn ?? helperAround(node);
  if (fn === undefined) return false;
  let found = fn.params.some((param) => param.type === "Identifier" && param.name === name);
  walk(fn.body, (one) => {
    // A variable of the module may be what the session is put into.
    if (one.type === "AssignmentExpression" && one.left.type === "Identifier" && one.left.name === name)
      found ||= /^(?:req|request)\.session$/.test(dotted(one.right) ?? "");
    if (one.type !== "VariableDeclarator" || !one.init) return;
    const init = dotted(one.init) ?? "";
    if (one.id.type === "Identifier" && one.id.name === name)
      found ||= /^(?:req|request)\.session$/.test(init);
    if (one.id.type === "ObjectPattern" && /^(?:req|request)$/.test(init)) found ||= name === "session";
  });
  return found;
}

/** A function of the sign-in that is given the session and the response by its handler. */
function helperAround(node: t.Node): FunctionNode | undefined {
  for (const up of ancestors(node)) {
    if (!isFunction(up)) continue;
    const names = up.params.map((param) => (param.type === "Identifier" ? param.name : ""));
    if (names.includes("session") && names.some((name) => /^res(?:ponse)?$/.test(name))) return up;
  }
  return undefined;
}

function nameOf(fn: FunctionNode): string {
  if (fn.type === "ClassMethod" || fn.type === "ObjectMethod")
    return fn.key.type === "Identifier" ? fn.key.name : "";
  if ("id" in fn && fn.id) return fn.id.name;
  const holder = parentOf(fn);
  if (holder?.type === "ObjectProperty" && holder.key.type === "Identifier") return holder.key.name;
  if (holder?.type === "AssignmentExpression") return dotted(holder.left)?.split(".").at(-1) ?? "";
  return holder?.type === "VariableDeclarator" && holder.id.type === "Identifier" ? holder.id.name : "";
}

/** A handler that writes several fields is one fault. */
function firstInHandler(text: string, name: string, at: number): boolean {
  const holder = name.slice(0, name.lastIndexOf("."));
  const writes = text.matchAll(
    new RegExp(String.raw`(?<![\w.])${escapeForPattern(holder)}\.(\w+)\s*=[^=]`, "g"),
  );
  const first = [...writes].find(([, field = ""]) => WHO.test(`req.session.${field}`));
  return first === undefined || first.index >= at - 1;
}

/** Here, or by a function of the module that is called here; what another handler does helps its own visitors only. */
function isRegenerated(module: Module, fn: FunctionNode): boolean {
  const code = codeOf(module);
  if (!/regenerate/i.test(code)) return false;
  const text = code.slice(fn.start ?? 0, fn.end ?? 0);
  return /regenerate/i.test(text) || helpersThatRegenerate(module).some((name) => callsIt(text, name));
}

const callsIt = (text: string, name: string): boolean =>
  new RegExp(String.raw`(?<![\w$])${escapeForPattern(name)}(?![\w$])`).test(text);

/** The names of the functions around each mention of `regenerate`. */
const helpersThatRegenerate = remembered(({ text, ast }: Module): readonly string[] => {
  const names = new Set<string>();
  if (!/regenerate/i.test(text)) return [];
  walk(ast, (node) => {
    if (node.type !== "Identifier" || !/regenerate/i.test(node.name)) return;
    for (const up of ancestors(node)) if (isFunction(up)) names.add(nameOf(up));
  });
  names.delete("");
  return [...names];
});
