import {
  ancestors,
  boundNames,
  hasParameter,
  isFunction,
  parentOf,
  type Node,
  type t,
} from "../../../parse/ast.ts";
import { declaredIn } from "../../kit/declarations.ts";
import { dotted, handlerAround, sourceText } from "../../kit/nodes.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";

const WHO =
  /^(?:current|logged_?in|signed_?in|active|session|auth(?:enticated)?)_?(?:session_?)?(?:user|account|member|admin|person)(?:_?(?:id|name|role))?$|^(?:is_?)?(?:logged_?in|signed_?in|authenticated|admin_?logged_?in)$/i;

export const rule: Rule = defineRule({
  id: "auth/shared-sign-in",
  title: "Who is signed in is kept for everybody at once",
  severity: "high",
  confidence: "medium",
  cwe: [488, 613],
  asvs: ["7.2.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "A variable of the module is one for all requests: as soon as one visitor has signed in, everybody else is that visitor.",
  fix: "Keep it in the session of the request: `req.session.userId = user.id`, after `req.session.regenerate()`.",
  visit: { AssignmentExpression: check },
});

function check(node: Node, context: NodeContext): void {
  if (node.type !== "AssignmentExpression" || node.operator !== "=" || node.left.type !== "Identifier")
    return;
  const { name } = node.left;
  const isSession = /^(?:req|request)\.session$/.test(dotted(node.right) ?? "");
  if (!isSession && (!WHO.test(name) || isSignOut(node.right))) return;
  const handler = handlerAround(node);
  if (handler === undefined || !isOfModule(node.left, context)) return;
  if (isSession) {
    if (isAskedElsewhere(name, handler.fn, context))
      context.report({
        at: { module: context.module, node },
        message: `${name} is one variable for all visitors, and holds the session of whoever came last.`,
      });
    return;
  }
  if (!SIGNS_IN.test(sourceText(context.module, handler.fn)) || !isAskedElsewhere(name, handler.fn, context))
    return;
  context.report({
    at: { module: context.module, node },
    message: `${name} is one variable for all visitors, and says who is signed in.`,
  });
}

const isSignOut = (value: t.Node): boolean =>
  value.type === "NullLiteral" ||
  (value.type === "BooleanLiteral" && !value.value) ||
  (value.type === "StringLiteral" && value.value === "") ||
  (value.type === "Identifier" && value.name === "undefined");

const SIGNS_IN = /password|passwd|\bpwd\b|compare(?:Sync)?\(|verify\(|login|credentials/i;

/** Declared with `let` or `var` at the top of the file, and by no function on the way there. */
function isOfModule(name: t.Identifier, { module }: NodeContext): boolean {
  const isInner = ancestors(name)
    .filter(isFunction)
    .some(
      (fn) => declaredIn(fn).has(name.name) || fn.params.some((one) => boundNames(one).includes(name.name)),
    );
  return !isInner && (module.index.get("VariableDeclarator") ?? []).some((one) => isTop(one, name.name));
}

function isTop(one: Node, name: string): boolean {
  if (one.type !== "VariableDeclarator" || one.id.type !== "Identifier" || one.id.name !== name) return false;
  const declaration = parentOf(one);
  const holder = declaration === undefined ? undefined : parentOf(declaration);
  return (
    declaration?.type === "VariableDeclaration" &&
    declaration.kind !== "const" &&
    (holder?.type === "Program" || holder?.type === "ExportNamedDeclaration")
  );
}

/** Another handler decides by it: `if (!currentUser) return res.redirect("/")`. */
function isAskedElsewhere(name: string, own: t.Node, { module }: NodeContext): boolean {
  return (module.index.get("IfStatement") ?? []).some((one) => {
    if (
      one.type !== "IfStatement" ||
      !new RegExp(String.raw`(?<![\w$.])${escapeForPattern(name)}\b`).test(sourceText(module, one.test))
    )
      return false;
    const handler = handlerAround(one);
    return (
      handler !== undefined &&
      handler.fn !== own &&
      !declaredIn(handler.fn).has(name) &&
      !hasParameter(handler.fn, name)
    );
  });
}
