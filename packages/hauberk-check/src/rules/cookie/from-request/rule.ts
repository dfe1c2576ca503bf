import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import { containsRequestData } from "../../kit/built-values.ts";
import { dataAround } from "../../kit/handed-over.ts";
import { keyName, plainText, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { named, requestData } from "../../kit/request-data.ts";
import { isNarrowedBefore } from "../../kit/tested.ts";
import type { Node, t } from "../../../parse/ast.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "cookie/from-request",
  title: "The request says what a cookie is",
  severity: "medium",
  confidence: "medium",
  cwe: [565, 20],
  asvs: ["3.3.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "A link to the app then sets cookies in the browser of whoever opens it: a session that the attacker knows, a domain or a path of their choice.",
  fix: "Take the value from a list of those that are allowed, and write the name of the cookie in the source.",
  callees: [/\.(?:cookie|setHeader|header|set|append|appendHeader)$/],
  visit: {
    CallExpression(node, context) {
      if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return;
      const method = keyName(node.callee.property);
      if (!/^(?:cookie|setHeader|header|set|append|appendHeader)$/.test(method)) return;
      if (!/^_?(?:res|response|reply)$/.test(leftmostIdentifier(node) ?? "")) return;
      if (method === "cookie") checkCookie(node, context);
      else checkHeader(node, context);
    },
  },
});

/** What a link or a form of another site can say. */
const FROM_OUTSIDE = /^(?:query|params|body)$/;

function checkCookie(node: t.CallExpression, context: NodeContext): void {
  const [name, value] = node.arguments;
  if (name === undefined || (name.type === "StringLiteral" && isPlain(value))) return;
  const handler = dataAround(node, context);
  if (handler === undefined) return;
  const namedBy = requestData(name, handler);
  if (isFromOutside(namedBy) && !isChecked(name, node, handler, context)) {
    say(node, context, `The name of the cookie is ${named(namedBy)}.`);
    return;
  }
  const from = value === undefined ? undefined : requestData(value, handler);
  // A form of the app sends its own visitor's choice; a link is what somebody else can send.
  if (value === undefined || (from !== "query" && from !== "params")) return;
  if (!isChecked(value, node, handler, context))
    say(node, context, `The value of the cookie is ${named(from)}, unchecked.`, "low");
}

const isPlain = (value: t.Node | undefined): boolean =>
  value === undefined ||
  ["StringLiteral", "NumericLiteral", "BooleanLiteral", "NullLiteral"].includes(value.type);

/** `res.setHeader("Set-Cookie", "lang=" + req.query.lang)`: `; Domain=...` can stand in it as well. */
function checkHeader(node: t.CallExpression, context: NodeContext): void {
  const [name, value] = node.arguments;
  if (name === undefined || value === undefined || !/^set-cookie$/i.test(plainText(name) ?? "")) return;
  const handler = dataAround(node, context);
  if (handler === undefined) return;
  for (const one of value.type === "ArrayExpression" ? value.elements : [value]) {
    if (one === null || /encodeURI|escape\(|serialize\(/.test(sourceText(context.module, one))) continue;
    const from = containsRequestData(one, handler);
    if (isFromOutside(from) && !isChecked(one, node, handler, context))
      say(one, context, `${named(from)} is part of the header, and may add attributes to it.`);
  }
}

const isFromOutside = (part: ReturnType<typeof requestData>): part is NonNullable<typeof part> =>
  part !== undefined && FROM_OUTSIDE.test(part);

/** Each name that the value is written with: a test of one of them is taken for a test of the value. */
const isChecked = (value: t.Node, node: Node, handler: HandlerNames, { module }: NodeContext): boolean =>
  [...sourceText(module, value).matchAll(/[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*/g)].some(([text]) =>
    isNarrowedBefore(module, node, text, handler),
  );

function say(
  node: Node,
  { module, report }: NodeContext,
  message: string,
  severity: "low" | "medium" = "medium",
): void {
  report({ at: { module, node }, message, severity });
}
