import { keyName } from "../../kit/nodes.ts";
import { isPlaceholder } from "../../known-secrets.ts";
import { parentOf, type t } from "../../../parse/ast.ts";

const NAME = /^(?:user_?name|user|login|email|e_?mail)$/i;
const ADMIN = /^(?:admin|administrator|root|superuser|sysadmin)$|^[^@\s]+@[^@\s]+\.\w+$/i;
const PASSWORD = /^(?:password|passwd|pass)$/i;
const MIN_LENGTH = 6;
/** `$2b$10$...`, `$argon2id$v=19$...`: what is kept of a password, which nobody signs in with. */
const HASH = /^(?:\$2[abxy]?\$\d\d\$|\$argon2|\$pbkdf2|\$scrypt|\$[156y]\$)/;

/**
 * The password of `{ username: "admin", password: "SuperSecretPassword" }`: an account that anybody who reads the
 * source can sign in with. `undefined` where one of the two is no literal or only says what the field is.
 */
export function accountPassword(property: t.Node): t.StringLiteral | undefined {
  if (property.type !== "ObjectProperty" || property.value.type !== "StringLiteral") return undefined;
  const holder = PASSWORD.test(keyName(property.key)) ? parentOf(property) : undefined;
  const account = holder?.type === "ObjectExpression" ? literalOf(holder, NAME) : undefined;
  if (account === undefined || !ADMIN.test(account.value)) return undefined;
  const password = property.value;
  const text = password.value;
  const isWord =
    text.length < MIN_LENGTH || /\s/.test(text) || /^\W*(?:your)?_?-?pass(?:word)?\W*$/i.test(text);
  return isWord || HASH.test(text) || isPlaceholder(text) ? undefined : password;
}

function literalOf(node: t.ObjectExpression, name: RegExp): t.StringLiteral | undefined {
  for (const one of node.properties)
    if (one.type === "ObjectProperty" && one.value.type === "StringLiteral" && name.test(keyName(one.key)))
      return one.value;
  return undefined;
}
