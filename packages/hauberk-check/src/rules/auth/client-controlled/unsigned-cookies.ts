import type { Node } from "../../../parse/ast.ts";
import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import { callArguments, dotted, keyName, plainText, sourceText } from "../../kit/nodes.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import type { NodeContext } from "../../rule.ts";

const NAME =
  /^(?:user_?id|uid|account_?id|member_?id|customer_?id|user|username|user_?name|current_?user|logged_?in_?user|auth_?user|session_?user|login)$/i;
const WHO = /(?:^|\.)(?:_?id|user_?id|uid|name|user_?name|e?mail|login|account_?id)$/i;

/** `res.cookie("user_id", user.id)`, which a handler believes later: the cookie that says who is there, without a signature. */
export function isUnsignedIdentity(node: Node, context: NodeContext): boolean {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return false;
  if (
    keyName(node.callee.property) !== "cookie" ||
    !/^_?(?:res|response)$/.test(leftmostIdentifier(node) ?? "")
  )
    return false;
  const [label, value, options] = callArguments(node);
  const name = label === undefined ? undefined : plainText(label);
  if (name === undefined || value === undefined || !NAME.test(name) || !WHO.test(identity(value)))
    return false;
  const given = options === undefined ? "" : sourceText(context.module, options);
  return (
    !/\bsigned\b/.test(given) &&
    (options === undefined || options.type === "ObjectExpression") &&
    isBelieved(name, context)
  );
}

/** `user.id`, `String(user.id)`, `user.id.toString()`. */
function identity(value: Node | ReturnType<typeof callArguments>[number]): string {
  if (value.type !== "CallExpression") return dotted(value) ?? "";
  const [first] = value.arguments;
  if (first !== undefined)
    return value.callee.type === "Identifier" && value.callee.name === "String" ? identity(first) : "";
  return value.callee.type === "MemberExpression" && keyName(value.callee.property) === "toString"
    ? identity(value.callee.object)
    : "";
}

/** Somebody is refused without it, or looked up by it. */
const isBelieved = (name: string, { program }: NodeContext): boolean => {
  const read = String.raw`\breq(?:uest)?\??\.cookies(?:\??\.|\[["'])${escapeForPattern(name)}\b`;
  return (
    program.mention(
      new RegExp(String.raw`${read}[^]{0,160}?(?:\b40[13]\b|redirect\(["'\`]/log|WHERE id|findById\()`),
    ) !== undefined || program.mention(new RegExp(String.raw`\bif \(!${read}`)) !== undefined
  );
};
