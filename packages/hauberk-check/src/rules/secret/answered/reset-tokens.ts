import type { t } from "../../../parse/ast.ts";
import { declaredIn } from "../../kit/declarations.ts";
import { isForgotten } from "../../kit/forgotten.ts";
import { dotted, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { takesProof } from "../../kit/taken-apart.ts";
import type { NodeContext } from "../../rule.ts";

/** What the handler makes and keeps so that a password can be set anew. */
const RESETS =
  /reset_?(?:password_?)?(?:token|code|otp)|password_?reset|forgot_?(?:password_?)?(?:token|code|otp)/i;
/** What only development says is no answer, and who is signed in is told what is theirs. */
const OF_OTHERS = /NODE_ENV|is_?(?:dev|prod|test)|authorization|\.user\b|\.session\b/i;
const RANDOM = /random|uuid|nanoid/i;
const MADE = /random|uuid|nanoid|\.sign\(|\bgenerate\w{0,20}\(|\$\{\w{0,20}(?:token|code|otp)\}/i;

/** What whoever asked is given with the answer, and not with a mail, of what lets somebody in. */
export function mailedTokenIn(node: t.Node, handler: HandlerNames, context: NodeContext): string | undefined {
  const name = dotted(node);
  if (name === undefined || !/(?:token|otp|code|link|url)$/i.test(name)) return undefined;
  const text = sourceText(context.module, handler.fn);
  if (OF_OTHERS.test(text)) return undefined;
  const made = node.type === "Identifier" ? declaredIn(handler.fn).get(name) : undefined;
  const how = made === undefined ? "" : sourceText(context.module, made);
  if (CONFIRMS.test(name) && RANDOM.test(how) && !/\botp\b/i.test(text))
    return `${name}, by which an address is confirmed: whoever signs up with another's needs no mail`;
  if (takesProof(text)) return undefined;
  if (ONE_TIME.test(name) && MADE.test(how) && namesAccount(text) && KEEPS.test(text))
    return `${name}, by which somebody shows who they are${TAKEN}`;
  if (!RESETS.test(text) && !isForgotten(handler.fn, context.module, context.program)) return undefined;
  const isReset =
    node.type === "Identifier" ? MADE.test(how) : /\.reset_?(?:password_?)?(?:token|code|otp)$/i.test(name);
  return isReset ? `${name}, by which a password is set anew${TAKEN}` : undefined;
}

const TAKEN = ": whoever names an account takes it";
const CONFIRMS = /^(?:e?mail_?)?(?:verif(?:y|ication)|confirm(?:ation)?|activation)_?(?:token|link|url)$/i;
const ONE_TIME = /^(?:(?:login|sms|email)_?)?otp(?:_?code)?$|^(?:login|sms)_?code$/i;
/** A code for nobody, that nothing asks for afterwards, is a number. */
const KEEPS = /otps?\[|\.otp ?= ?|\.set\(|\.save\(|\.create\(|\.update\w{0,20}\(|insert into/i;
const namesAccount = (text: string): boolean =>
  /\b(?:e_?mail|phone|mobile|user_?name)\b/i.test(text) && /\.body\b/.test(text);
