import { keyName } from "../../kit/nodes.ts";
import { NOT_KEPT } from "../../kit/secrets.ts";
import { isPlaceholder } from "../../known-secrets.ts";
import { codeOf } from "../../../model/module.ts";
import type { Class } from "../../../model/values.ts";
import { boundNames, constructorOf, parentOf, type t } from "../../../parse/ast.ts";
import type { NodeContext } from "../../rule.ts";

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
  return (
    isOfUsers(list) &&
    !list.elements.some(
      (one) => one?.type === "ObjectExpression" && ADMIN.test(literalOf(one, NAME)?.value ?? ""),
    )
  );
}

function isOfUsers(list: t.Node): boolean {
  const named = parentOf(list);
  return (
    named?.type === "VariableDeclarator" &&
    /(?:^|_|[a-z](?=[A-Z]))(?:users?|accounts?|members?|customers?|employees?|admins?)(?:$|_|[A-Z])/i.test(
      keyName(named.id),
    )
  );
}

/**
 * `const users = [new User(1, "mary", "heron")]` where `class User` calls the third of it a password and somebody is signed in
 * with what is compared to it.
 */
export function madeAccount(
  node: t.Node,
  { module, value }: Pick<NodeContext, "module" | "value">,
): t.StringLiteral | undefined {
  const list = parentOf(node);
  if (node.type !== "NewExpression" || list?.type !== "ArrayExpression" || list.elements[0] !== node)
    return undefined;
  if (!isOfUsers(list) || NOT_KEPT.test(module.path) || !COMPARED.test(codeOf(module))) return undefined;
  const made = value(node.callee);
  const params = made.k === "class" ? paramsOf(made.node) : [];
  const password = node.arguments[params.findIndex((one) => PASSWORD.test(one))];
  if (password?.type !== "StringLiteral" || !params.some((one) => NAME.test(one))) return undefined;
  return HASH.test(password.value) || isPlaceholder(password.value) || password.value.length < 3
    ? undefined
    : password;
}

const COMPARED = /\.(?:password|passwd|pass) ?===? ?\w|===? ?\w{1,30}\.(?:password|passwd|pass)\b/;

const paramsOf = (made: Class["node"]): readonly string[] =>
  constructorOf(made)?.params.map((one) => boundNames(one)[0] ?? "") ?? [];

function literalOf(node: t.ObjectExpression, name: RegExp): t.StringLiteral | undefined {
  for (const one of node.properties)
    if (one.type === "ObjectProperty" && one.value.type === "StringLiteral" && name.test(keyName(one.key)))
      return one.value;
  return undefined;
}
