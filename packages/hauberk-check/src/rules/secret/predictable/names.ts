import type { t } from "../../../parse/ast.ts";
import { lastName } from "../../kit/function-names.ts";
import { dotted } from "../../kit/nodes.ts";
import { wordsOf } from "../../kit/credential-words.ts";

/** `sure` is a secret whatever it is made from; what is `likely` one may also mark a run, a lock or a place. */
export type Secrecy = "sure" | "likely";

const setOf = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** What stands before `token`, `code`, `secret` or `pin` where that lets somebody in. */
const PURPOSE = setOf(
  "reset verify verification confirm confirmation activate activation invite invitation recovery access refresh auth authorization grant login admin magic remember csrf xsrf bearer password session security otp backup sms mfa factor",
);
const OF_KEY = setOf("api auth secret reset activation verification");
const OF_HASH = setOf("reset activation verification confirmation");
const OF_SECRET = setOf("jwt session client app");
const OF_PASSWORD = setOf("user temp temporary random new default generated initial plain raw guest tmp my");
const OF_SESSION = setOf("req request my new user auth login admin web client guest");
/** Tokens that let nobody in, and what is made up to be looked at. */
const OTHER = setOf(
  "cancel cancellation page continuation cursor sync lock fencing cache request idempotency debounce render build trace lexer parser design nft coin next prev sample demo dummy fake test tests mock placeholder example",
);
/** Most names have none of it, and this is asked of all. */
const MAY_BE = /token|code|secret|key|pass|pwd|otp|pin|hash|sess|sid/i;

/** What a name says of the value under it. */
export function secrecyOf(name: string): Secrecy | undefined {
  if (name.length > 60 || !MAY_BE.test(name)) return undefined;
  const words = wordsOf(name.replaceAll("OTP", "Otp"));
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const of = before.at(-1) ?? "";
  if (before.some((word) => OTHER.has(word))) return undefined;
  if (isSure(last, of, before)) return "sure";
  if (last === "token" || (words.length === 1 && /^(?:sid|pin|secret|sessionid|sessid)$/.test(last)))
    return "likely";
  const isSession = last === "id" && /^sess(?:ion)?$/.test(of);
  return isSession && before.slice(0, -1).every((word) => OF_SESSION.has(word)) ? "likely" : undefined;
}

function isSure(last: string, of: string, before: readonly string[]): boolean {
  switch (last) {
    case "token":
    case "code":
    case "pin":
      return PURPOSE.has(of);
    case "secret":
      return PURPOSE.has(of) || OF_SECRET.has(of);
    case "key":
      return OF_KEY.has(of);
    case "hash":
      return OF_HASH.has(of);
    case "password":
    case "passwd":
    case "pwd":
      return before.every((word) => OF_PASSWORD.has(word));
    default:
      return /^(?:otp|totp|passcode|apikey)$/.test(last);
  }
}

const MAKES = /^(?:generate|gen|create|make|new|random|build|issue|produce)(?=[A-Z_]|$)/;

/** The same of what a function gives back: `generateOTP`, `makeToken`, and not `resetPassword`. */
export const secrecyMade = (name: string): Secrecy | undefined =>
  MAKES.test(name)
    ? secrecyOf(
        name
          .replace(MAKES, "")
          .replace(/^_/, "")
          .replace(/^Random(?=[A-Z])/, ""),
      )
    : undefined;

/** The name of what is given a value: `token`, `user.resetToken`, `req.session.id`, `resetTokens[mail]`. */
export function nameOf(left: t.Node): string | undefined {
  if (left.type === "Identifier") return left.name;
  if (left.type === "MemberExpression" && left.computed && left.property.type !== "StringLiteral")
    return singular(lastName(left.object) ?? "");
  const path = dotted(left);
  return path?.endsWith("session.id") === true ? "sessionId" : lastName(left);
}

/** `otpStore`, `resetTokens`: what one entry of it is. */
const singular = (holder: string): string =>
  holder.replace(/(?:Store|Map|Cache|Storage|DB|Db)$/, "").replace(/s$/, "");

const OF_HOLDER = setOf("active user auth login reset access refresh");

/** Whether the keys of a holder let somebody in: `sessions[id] = user`. */
export function isKeyedBySecrets(holder: t.Node): boolean {
  const words = wordsOf(lastName(holder) ?? "").filter((word) => !/^(?:store|map)$/.test(word));
  return (
    /^(?:sessions?|tokens)$/.test(words.at(-1) ?? "") &&
    words.slice(0, -1).every((word) => OF_HOLDER.has(word))
  );
}
