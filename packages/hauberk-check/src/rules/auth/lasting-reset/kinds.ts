import { someNode, type FunctionNode, type t } from "../../../parse/ast.ts";
import { wordsOf } from "../../kit/credential-words.ts";
import { keyName } from "../../kit/nodes.ts";
import { isSqlStart } from "../../kit/queries.ts";
import type { Severity } from "../../rule.ts";

/** What a token from a mail is good for. */
export interface Kind {
  readonly field: RegExp;
  /** The same in a statement. */
  readonly column: RegExp;
  /** What is done with it, in the text of the function: each of these. */
  readonly does: readonly RegExp[];
  /** Names of times; all else in the function says nothing of one. */
  readonly when: RegExp;
  /** What else leaves it open: it is no token of a mail, or carries its own end. */
  readonly not?: RegExp;
  /** Files that may end it are those that say this; of the name of the field itself where there is nothing. */
  readonly mentioned?: RegExp;
  readonly message: string;
  readonly severity?: Severity;
}

const RESET: Kind = {
  field:
    /^(?:reset_?(?:passw\w{2,4}_?)?|passw\w{2,4}_?reset_?|forgot_?(?:passw\w{2,4}_?)?)(?:token|code|key|hash|link)(?:_?hash)?$/i,
  column:
    /\b(?:where|and)\s[\x60"]?(?:password_?)?(?:reset|forgot)_?(?:password_?)?(?:token|code|key|hash)[\x60"]?\s?=|\bfrom\s[\x60"]?password_?resets?(?:_tokens?)?[\x60"]?\swhere\s[\x60"]?token[\x60"]?\s?=/i,
  // `user.password = hash`, `update({ password })`, `UPDATE users SET password = ?`.
  does: [
    /\.passw\w{2,6} ?= ?(?!=)|\bpassw\w{2,6}\s?:(?!\s?(?:true|false|string))|\{ ?passw\w{2,6}\s?[,}]|\bset\s[\x60"]?passw\w{2,6}|setPassword\(/i,
  ],
  when: /^(?:expir\w*|valid|validity|until|ttl|created|issued|updated|requested|sent|age|aged|time|timestamp|stamp|date|now|at|verify|check|moment|dayjs|hours?|minutes?|days?|old|late|lifetime|life|since|stale|jwt)$/,
  mentioned: /reset|forgot/i,
  message: "An account gets a new password by a token, and nothing asks when it was made.",
};

/** A function that confirms is called `verifyEmail`, and one that signs in says how long that lasts. */
const WHEN =
  /^(?:expir\w*|validity|until|ttl|created|issued|updated|requested|sent|age|aged|time|timestamp|stamp|date|now|moment|dayjs|hours?|minutes?|days?|old|late|lifetime|since|stale)$/;

/** One that only confirms an address confirms what it always did. */
const SIGN_IN: Kind = {
  field:
    /^(?:magic_?(?:link_?)?|log_?in_?(?:link_?)?|sign_?in_?(?:link_?)?|(?:e?mail_?)?(?:verif(?:y|ication)|confirm(?:ation)?|activation)_?)(?:token|code)(?:_?hash)?$/i,
  column:
    /\b(?:where|and)\s[\x60"]?(?:magic_?link|magic|login|(?:e?mail_)?(?:verification|confirmation)|activation)_?(?:token|code)[\x60"]?\s?=/i,
  does: [/\bsession\.\w{1,40} ?= ?(?!=)|\breq\.log[iI]n\(|\b(?:jwt|jsonwebtoken)\.sign\(/],
  when: WHEN,
  not: /\.verif\w{0,20}\(|jwtVerify|isValid|cookies|headers|authorization/i,
  message: "Whoever has a token from a mail is signed in by it, and nothing asks when it was made.",
  severity: "low",
};

/** An invitation of one person: a code that is handed around is meant to last. */
const INVITATION: Kind = {
  field: /^invit(?:e|ation)_?token(?:_?hash)?$/i,
  column:
    /\b(?:where|and)\s[\x60"]?invit(?:e|ation)_?token[\x60"]?\s?=|\bfrom\s[\x60"]?invitations?[\x60"]?\swhere\s[\x60"]?token[\x60"]?\s?=/i,
  does: [/\binvit\w{0,10}\.(?:email|role)\b/i, /\.(?:create|save|insert\w{0,4}|push)\(|insert into/i],
  when: WHEN,
  not: /\.verify\(|jwtVerify/,
  message: "Somebody becomes a member by an invitation, and nothing asks when it was made.",
  severity: "low",
};

const KINDS: readonly Kind[] = [RESET, SIGN_IN, INVITATION];

/** What the account or the invitation is looked up by: `{ resetToken: token }`, also under `where`, and a statement that asks for that column. */
export function kindOf(given: readonly t.Node[]): { readonly kind: Kind; readonly name: string } | undefined {
  for (const kind of KINDS)
    for (const one of given) {
      const name = isSqlStart(one) ? columnIn(one, kind) : fieldIn(one, kind);
      if (name !== undefined) return { kind, name };
    }
  return undefined;
}

function fieldIn(given: t.Node, { field }: Kind): string | undefined {
  let name: string | undefined;
  if (given.type === "ObjectExpression")
    someNode(given, (one) => {
      if (one.type === "ObjectProperty" && field.test(keyName(one.key))) name = keyName(one.key);
      return name !== undefined;
    });
  return name;
}

function columnIn(given: t.Node, { column }: Kind): string | undefined {
  let name: string | undefined;
  someNode(given, (one) => {
    name ??= column.exec(textIn(one))?.[0].match(/\w+/g)?.at(-1);
    return name !== undefined;
  });
  return name;
}

const textIn = (node: t.Node): string =>
  node.type === "StringLiteral" ? node.value : node.type === "TemplateElement" ? node.value.raw : "";

/** How long a session lasts, or what is signed, is another time. */
const OF_A_SESSION = /^(?:expiresIn|maxAge|expires_in)$/;

/** Whether anything in the function has the name of a time, or is a statement that asks for one. */
export const asksWhen = (fn: FunctionNode, { when, not }: Kind): boolean =>
  someNode(fn, (node) => {
    if (node.type === "Identifier")
      return (
        !(not !== undefined && OF_A_SESSION.test(node.name)) &&
        wordsOf(node.name).some((word) => when.test(word))
      );
    const text = textIn(node);
    return /_at\b|expir|now\(|interval|timestamp/i.test(text) && isStatement(text);
  });

const isStatement = (text: string): boolean => /\b(?:select|where|from)\b/i.test(text);
