import { keyName } from "../../kit/nodes.ts";
import { isPlaceholder } from "../../known-secrets.ts";
import { parentOf, type t } from "../../../parse/ast.ts";

const NAME = /^(?:user_?name|user|login|email|e_?mail)$/i;
const ADMIN = /^(?:admin|administrator|root|superuser|sysadmin)$|^[^@\s]+@[^@\s]+\.\w+$/i;
const PASSWORD = /^(?:password|passwd|pass)$/i;
const MIN_LENGTH = 6;
/** `$2b$10$...`, `$argon2id$v=19$...`: what is kept of a password, which nobody signs in with. */
const HASH = /^(?:\$2[abxy]?\$\d\d\$|\$argon2|\$pbkdf2|\$scrypt|\$[156y]\$|[a-f\d]{32,}$)/;
const WORD = /^\W*(?:your)?_?-?pass(?:word)?\W*$/i;

/**
 * The password of `{ username: "admin", password: "SuperSecretPassword" }`: an account that anybody who reads the
 * source can sign in with. `undefined` where one of the two is no literal or only says what the field is.
 */
export function accountPassword(property: t.Node): t.StringLiteral | undefined {
  if (property.type !== "ObjectProperty" || property.value.type !== "StringLiteral") return undefined;
  const holder = PASSWORD.test(keyName(property.key)) ? parentOf(property) : undefined;
  const account = holder?.type === "ObjectExpression" ? literalOf(holder, NAME) : undefined;
  if (account === undefined || holder?.type !== "ObjectExpression") return undefined;
  const password = property.value;
  const text = password.value;
  if (HASH.test(text) || isPlaceholder(text) || text.length < 3 || /\s/.test(text)) return undefined;
  // A field and what it shows may look the same: what is kept with it says that somebody is meant.
  const isWord = text.length < MIN_LENGTH || WORD.test(text);
  if (ADMIN.test(account.value) && (!isWord || isStored(holder))) return password;
  return isFirstOfUsers(holder) ? password : undefined;
}

const KEPT = /^(?:_?id|role|roles|is_?admin|user_?id|created_?at|permissions)$/i;

/** `{ id: 1, username: "admin", password: "admin", role: "admin" }`. */
const isStored = (holder: t.ObjectExpression): boolean =>
  holder.properties.some((one) => one.type === "ObjectProperty" && KEPT.test(keyName(one.key)));

/** `const users = [{ id: 1, username: "mary", password: "..." }, ...]`: the first stands for the others, but for an administrator among them. */
function isFirstOfUsers(holder: t.ObjectExpression): boolean {
  const list = parentOf(holder);
  if (list?.type !== "ArrayExpression" || list.elements[0] !== holder || !isStored(holder)) return false;
  const named = parentOf(list);
  const isOfUsers =
    named?.type === "VariableDeclarator" &&
    /(?:^|_|[a-z](?=[A-Z]))(?:users?|accounts?|members?|customers?|employees?|admins?)(?:$|_|[A-Z])/i.test(
      keyName(named.id),
    );
  return (
    isOfUsers &&
    !list.elements.some(
      (one) => one?.type === "ObjectExpression" && ADMIN.test(literalOf(one, NAME)?.value ?? ""),
    )
  );
}

function literalOf(node: t.ObjectExpression, name: RegExp): t.StringLiteral | undefined {
  for (const one of node.properties)
    if (one.type === "ObjectProperty" && one.value.type === "StringLiteral" && name.test(keyName(one.key)))
      return one.value;
  return undefined;
}
