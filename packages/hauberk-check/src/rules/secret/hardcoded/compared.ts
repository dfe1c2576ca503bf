import { ancestors, boundNames, isFunction, type t } from "../../../parse/ast.ts";
import { isAnnounced, isCredential } from "../../kit/credential-words.ts";
import { declaredIn } from "../../kit/declarations.ts";
import {
  dotted,
  handlerAround,
  headerAsked,
  plainText,
  sourceText,
  type HandlerNames,
} from "../../kit/nodes.ts";
import { isPassword } from "../../kit/password-words.ts";
import { requestData } from "../../kit/request-data.ts";
import type { Site } from "../../../model/values.ts";
import type { NodeContext } from "../../rule.ts";

/** Words that stand for having none, or for the type of something. */
const NOT_ONE = /^(?:undefined|null|true|false|none|string|object|number|nan|password)$/i;
const KEY =
  /\.x-(?:[a-z]{1,20}-){0,3}(?:key|token|secret)$|(?:^|[._-])(?:(?:x-)?api-?_?key|(?:admin|access|auth|api|verify|secret)?-?_?token|secret(?:-?_?key)?)$/i;

/** What the password or key that somebody sent is compared with, where that is a literal of the source. */
export function comparedLiteral(
  node: t.Node,
  { module, value }: Pick<NodeContext, "module" | "value">,
): { readonly text: string; readonly at: Site } | undefined {
  if (node.type !== "BinaryExpression" || !/^[!=]==?$/.test(node.operator)) return undefined;
  for (const [given, other] of [
    [node.left, node.right],
    [node.right, node.left],
  ] as const) {
    const accepts = kindOf(given) ?? (letsIn(node, module) ? backDoorOf(given) : undefined);
    if (accepts === undefined) continue;
    const written = plainText(other);
    if (written !== undefined)
      return accepts(written) ? { text: written, at: { module, node: other } } : undefined;
    if (other.type !== "Identifier" && other.type !== "MemberExpression") continue;
    const known = value(other);
    if (known.k !== "prim" || typeof known.v !== "string" || known.site === undefined) continue;
    return accepts(known.v) ? { text: known.v, at: known.site } : undefined;
  }
  return undefined;
}

/** How to know a credential among the texts that this is compared with; `undefined` when nobody sent it. */
function kindOf(given: t.Node): ((text: string) => boolean) | undefined {
  const header = headerAsked(given);
  const name = dotted(given) ?? (header === undefined ? "" : `.${header.toLowerCase()}`);
  const isWord = isPassword(given);
  if (!isWord && !KEY.test(name)) return undefined;
  const handler = handlerAround(given);
  const isSent =
    handler === undefined ? isWord && isSignInParameter(given) : requestData(given, handler) !== undefined;
  if (!isSent) return undefined;
  return isWord
    ? (text) => text.length >= 4 && !/\s/.test(text) && !NOT_ONE.test(text) && !isAnnounced(text)
    : (text) => isCredential("key", name.slice(name.lastIndexOf(".") + 1), text);
}

const ONE_TIME =
  /(?:^|[._])(?:otp|totp|one_?time_?(?:code|password|pin)|(?:otp|verification|mfa|two_?fa|sms)_?code|pin_?code)$/i;
const TOKEN = /^(?:\w{0,20}token|bearer|api_?key|secret|authorization)$/i;

/** A code that is the same for everybody, and a token that a guard lets in: `token === "open-sesame"` where `token` is cut out of a header. */
function backDoorOf(given: t.Node): ((text: string) => boolean) | undefined {
  const handler = handlerAround(given);
  if (handler === undefined) return undefined;
  const name = dotted(given) ?? "";
  if (ONE_TIME.test(name))
    return requestData(given, handler) === undefined ? undefined : (text) => /^\d{3,10}$/.test(text);
  if (given.type !== "Identifier" || !TOKEN.test(name) || !isCutOut(given, handler)) return undefined;
  return (text) =>
    !NOT_ONE.test(text) && !/^(?:bearer|basic|token)$/i.test(text) && isCredential("secret", name, text);
}

/** `header.replace("Bearer ", "")`, `req.headers.authorization.split(" ")[1]`, also through a variable. */
function isCutOut(node: t.Node, handler: HandlerNames, depth = 0): boolean {
  if (depth > 4) return false;
  if (requestData(node, handler) !== undefined) return true;
  const deeper = (one: t.Node | undefined): boolean => one !== undefined && isCutOut(one, handler, depth + 1);
  switch (node.type) {
    case "Identifier":
      return deeper(declaredIn(handler.fn).get(node.name));
    case "MemberExpression":
    case "OptionalMemberExpression":
      return deeper(node.object);
    case "CallExpression":
    case "OptionalCallExpression":
      return node.callee.type === "MemberExpression" || node.callee.type === "OptionalMemberExpression"
        ? deeper(node.callee.object)
        : false;
    case "LogicalExpression":
      return deeper(node.left);
    case "ConditionalExpression":
      return deeper(node.consequent);
    default:
      return false;
  }
}

/** What follows signs somebody in: `req.user = ...`, `next()`, an answer with a token. */
function letsIn(node: t.BinaryExpression, module: Site["module"]): boolean {
  const test = ancestors(node).find((up) => up.type === "IfStatement");
  if (test?.type !== "IfStatement" || (node.end ?? 0) > (test.test.end ?? 0)) return false;
  const then = sourceText(module, test.consequent);
  if (node.operator.startsWith("!")) return /\b40[013]\b|nauthori[sz]ed|nvalid|rong/.test(then);
  return /\breq(?:uest)?\.(?:user|auth|session)\b|\bnext\(\)|token|success|verified/i.test(then);
}

/** `new LocalStrategy((user, password, done) => ...)`: what signs in has a parameter to say so with. */
function isSignInParameter(node: t.Node): boolean {
  if (node.type !== "Identifier") return false;
  const fn = ancestors(node).find(isFunction);
  const names = fn?.params.flatMap((one) => boundNames(one)) ?? [];
  return names.includes(node.name) && names.some((one) => /^(?:done|cb|callback|verified)$/.test(one));
}
