import type { t } from "../../../parse/ast.ts";
import { declaredIn } from "../../kit/declarations.ts";
import { dotted, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import type { NodeContext } from "../../rule.ts";

/** What the handler makes and keeps so that a password can be set anew. */
const RESETS =
  /reset_?(?:password_?)?(?:token|code|otp)|password_?reset|forgot_?(?:password_?)?(?:token|code|otp)/i;
/** Whoever is asked for a code, a token or a password has shown something; what only development says is no answer. */
const SHOWN =
  /body\.(?:otp|code|token|\w{0,20}password)\b|NODE_ENV|is_?(?:dev|prod|test)|authorization|\.user\b|\.session\b/i;
/** `const { email, otp } = req.body`. */
const takesProof = (text: string): boolean =>
  text
    .split(/\.body\b/)
    .slice(0, -1)
    .some(
      (before) =>
        /\} ?= ?\w+$/.test(before.slice(-40)) &&
        /(?:otp|code|token|password)\b/i.test(before.slice(before.lastIndexOf("{"))),
    );
const MADE = /random|uuid|nanoid|\.sign\(|\bgenerate\w{0,20}\(|\$\{\w{0,20}(?:token|code|otp)\}/i;

/** The name of what a password is reset by, where whoever asked is given it with the answer, and not with a mail. */
export function resetTokenIn(
  node: t.Node,
  handler: HandlerNames,
  { module }: NodeContext,
): string | undefined {
  const name = dotted(node);
  if (name === undefined || !/(?:token|otp|code|link|url)$/i.test(name)) return undefined;
  const text = sourceText(module, handler.fn);
  if (!RESETS.test(text) || SHOWN.test(text) || takesProof(text)) return undefined;
  if (node.type !== "Identifier")
    return /\.reset_?(?:password_?)?(?:token|code|otp)$/i.test(name) ? name : undefined;
  const made = declaredIn(handler.fn).get(name);
  return made !== undefined && MADE.test(sourceText(module, made)) ? name : undefined;
}
