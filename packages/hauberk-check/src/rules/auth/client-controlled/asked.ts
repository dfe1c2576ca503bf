import type { Module } from "../../../model/module.ts";
import { ancestors, isFunction, parentOf, type t } from "../../../parse/ast.ts";
import { calleeName, dotted, handlerAround, headerAsked, keyName, sourceText } from "../../kit/nodes.ts";
import { escapeForPattern } from "../../kit/patterns.ts";

/** `req.query.role`, also for `req.get("X-Role")` and for `role` of `const { role } = req.body`; "" for what is no such thing. */
export function claimed(node: t.Node, module: Module): string {
  if (node.type === "Identifier") return takenApart(node, module);
  const header = headerAsked(node);
  return dotted(node) ?? (header === undefined ? "" : `req.headers.${header}`);
}

function takenApart(node: t.Identifier, module: Module): string {
  const fn = handlerAround(node)?.fn;
  if (fn === undefined || !/role|admin|superuser|permission/i.test(node.name)) return "";
  const name = escapeForPattern(node.name);
  const [, part] =
    new RegExp(
      String.raw`\{[^{}=]{0,200}\b${name}\b[^{}=]{0,200}\}\s*=\s*req(?:uest)?\.(body|query|cookies|headers)\s*[;\n]`,
    ).exec(sourceText(module, fn.body)) ?? [];
  return part === undefined ? "" : `req.${part}.${node.name}`;
}

/** `const isAdmin = (req) => req.cookies.admin === "yes"`: what it gives is the decision. */
export function isDecision(node: t.Node): boolean {
  let inner = node;
  for (const up of ancestors(node)) {
    if (up.type === "LogicalExpression" || up.type === "UnaryExpression") {
      inner = up;
      continue;
    }
    const fn =
      up.type === "ReturnStatement"
        ? ancestors(up).find(isFunction)
        : isFunction(up) && up.body === inner
          ? up
          : undefined;
    return fn !== undefined && DECIDES.test(nameOf(fn));
  }
  return false;
}

const DECIDES =
  /^(?:is|has|can|may|check|require|ensure)_?(?:admin|role|superuser|staff|moderator|permission|access|allowed|authori[sz]ed)/i;

function nameOf(fn: t.Node): string {
  if (fn.type === "FunctionDeclaration") return fn.id?.name ?? "";
  const holder = parentOf(fn);
  if (holder?.type === "VariableDeclarator") return keyName(holder.id);
  return holder?.type === "ObjectProperty" ? keyName(holder.key) : "";
}

/** What `!!req.query.isAdmin`, `req.cookies.role === "admin"` and `req.body.role || req.user.role` ask for. */
export function askedIn(node: t.Node): readonly t.Node[] {
  switch (node.type) {
    case "UnaryExpression":
      return askedIn(node.argument);
    case "LogicalExpression":
      return [...askedIn(node.left), ...askedIn(node.right)];
    case "BinaryExpression":
      return /^[!=]==?$/.test(node.operator) ? askedIn(node.left) : [];
    case "TSAsExpression":
    case "TSNonNullExpression":
      return askedIn(node.expression);
    case "CallExpression":
      return /^(?:Boolean|String|Number)$/.test(calleeName(node) ?? "") && node.arguments[0]
        ? askedIn(node.arguments[0])
        : node.callee.type === "MemberExpression" &&
            /^(?:split|trim|toLowerCase|toString)$/.test(keyName(node.callee.property))
          ? askedIn(node.callee.object)
          : [node];
    default:
      return [node];
  }
}
