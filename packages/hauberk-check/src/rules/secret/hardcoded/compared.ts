import { ancestors, boundNames, isFunction, type t } from "../../../parse/ast.ts";
import { isAnnounced, isCredential } from "../../kit/credential-words.ts";
import { dotted, handlerAround, headerAsked, plainText } from "../../kit/nodes.ts";
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
    const accepts = kindOf(given);
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

/** `new LocalStrategy((user, password, done) => ...)`: what signs in has a parameter to say so with. */
function isSignInParameter(node: t.Node): boolean {
  if (node.type !== "Identifier") return false;
  const fn = ancestors(node).find(isFunction);
  const names = fn?.params.flatMap((one) => boundNames(one)) ?? [];
  return names.includes(node.name) && names.some((one) => /^(?:done|cb|callback|verified)$/.test(one));
}
