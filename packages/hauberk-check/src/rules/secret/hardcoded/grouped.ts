import { basename } from "../../../files/paths.ts";
import { parentOf, type t } from "../../../parse/ast.ts";
import { wordsOf, type CredentialKind } from "../../kit/credential-words.ts";
import { dotted, keyName } from "../../kit/nodes.ts";

/** A word that names the thing and not whose it is: what holds it says that. */
const BARE: Readonly<Record<string, CredentialKind>> = {
  secret: "secret",
  key: "secret",
  token: "key",
  password: "password",
  passwd: "password",
  pass: "password",
  pwd: "password",
};

const SIGNS =
  /^(?:jwt|jwts|session|sessions|cookies?|auth|authentication|tokens?|access|refresh|(?:access|refresh|auth)_tokens?|security|crypto|encryption|hmac|signing|csrf|oauth2?|webhooks?|passport|paseto|hash|app|api)$/;
const ENCRYPTS = /^(?:encryption|crypto|cipher|aes|hmac|signing|security)$/;
const TALKS = /^(?:bot|api|auth|access|webhook|telegram|slack|discord|github|gitlab|npm|internal|admin)$/;
const CONNECTS =
  /^(?:db|database|databases|mysql|maria_?db|postgres|postgresql|pg|sql|mssql|oracle|mongo|mongo_?db|redis|rabbit_?mq|amqp|mqtt|elastic|elasticsearch|smtp|imap|mail|mailer|email|ftp|sftp|ssh|ldap|prod|production|staging|proxy|data_source|broker|cache|auth)$/;
const BESIDE = /^(?:host|hostname|server|user|username|port|database|dialect|service|login|email)$/i;
/** What an authorization server keeps of a client, its secret among it. */
const OF_CLIENT = /^(?:redirect_?uris?|client_?id|grant_?types?|callback_?urls?)$/i;
const SETTINGS = /^(?:config|configuration|settings|conf|cfg|secrets|credentials|env|environment|keys)$/;
/** A list of nothing else: `API_KEYS`, `secrets`. */
const LIST = /^(?:api_keys|secrets|secret_keys|passwords|credentials)$/;
/** What people read beside a field, or what a document says of one. */
const ABOUT =
  /label|message|i18n|lang|locale|schema|field|column|placeholder|error|route|form|swagger|openapi|docs?$|mock|test|example|sample|type|response/i;

/**
 * What `{ jwt: { secret: "..." } }`, `const DATABASE_CONFIG = { host, password: "..." }` or `config.secret = "..."` keep
 * under a name that only says so together with what it stands in; the name is given with it.
 */
export function groupedKind(
  node: t.Node,
  { name, text, path }: { readonly name: string; readonly text: string; readonly path: string },
): readonly [CredentialKind, name: string] | undefined {
  const bare = Object.hasOwn(BARE, name.toLowerCase()) ? BARE[name.toLowerCase()] : undefined;
  if (node.type === "ObjectProperty" || node.type === "TSEnumMember") {
    // Most texts of a program stand under another name; a list of keys is only asked about what may be one.
    if (bare === undefined && !/\d/.test(text)) return undefined;
    const holders = holdersOf(node, path);
    const [group = ""] = holders;
    if (holders.some((one) => ABOUT.test(one))) return undefined;
    // `vault:mail-2` says where it is kept.
    if (LIST.test(group) && !text.includes(":")) return ["key", `${group}_${name}`];
    const isIt = bare !== undefined && isOf(bare, name.toLowerCase(), group, node);
    return isIt ? [bare, `${group}_${name}`] : undefined;
  }
  return isAlone(node, name) ? ["secret", name] : undefined;
}

function isOf(kind: CredentialKind, name: string, group: string, node: t.Node): boolean {
  switch (kind) {
    case "secret":
      return name === "key"
        ? ENCRYPTS.test(group)
        : SIGNS.test(group) || SETTINGS.test(group) || hasBeside(node, OF_CLIENT);
    case "key":
      return TALKS.test(group);
    case "password":
      return CONNECTS.test(group) && hasBeside(node, BESIDE);
  }
}

function hasBeside(node: t.Node, names: RegExp): boolean {
  const holder = parentOf(node);
  return (
    holder?.type === "ObjectExpression" &&
    holder.properties.some((one) => one.type === "ObjectProperty" && names.test(keyName(one.key)))
  );
}

/** `secret = "..."` of no declaration, `exports.secret = "..."`, `app.set("secret", "...")`, `const SECRET = "..."` of a file. */
function isAlone(node: t.Node, name: string): boolean {
  if (name.toLowerCase() !== "secret") return false;
  if (node.type === "VariableDeclarator") {
    const outer = parentOf(parentOf(node) ?? node);
    return outer?.type === "Program" || outer?.type === "ExportNamedDeclaration";
  }
  if (node.type === "CallExpression") return true;
  if (node.type !== "AssignmentExpression") return false;
  return (
    node.left.type === "Identifier" ||
    /^(?:module\.exports|exports|app\.locals|global|globalThis|process\.env|\w*(?:config|settings|secrets))\.\w+$/i.test(
      dotted(node.left) ?? "",
    )
  );
}

const MAX_HOLDERS = 3;

/** What stands around a property, the nearest first: "jwt", "config" of `const config = { jwt: { secret } }`. */
function holdersOf(node: t.Node, path: string): readonly string[] {
  const names: string[] = [];
  for (
    let up = parentOf(node);
    up !== undefined && up !== null && names.length < MAX_HOLDERS;
    up = parentOf(up)
  ) {
    const name = holderName(up, path);
    if (name === undefined) return names;
    if (name !== "") names.push(groupWord(name));
  }
  return names;
}

/** "" for what only wraps; `undefined` where the settings end. */
function holderName(node: t.Node, path: string): string | undefined {
  switch (node.type) {
    case "ObjectExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSEnumBody":
      return "";
    case "ObjectProperty":
    case "ClassProperty":
      return keyName(node.key);
    case "VariableDeclarator":
    case "TSEnumDeclaration":
      return keyName(node.id);
    case "ExportDefaultDeclaration":
      return fileWord(path);
    case "AssignmentExpression":
      return dotted(node.left) === "module.exports"
        ? fileWord(path)
        : ((dotted(node.left) ?? "").split(".").at(-1) ?? "");
    case "CallExpression":
      return dotted(node.callee) === "Object.freeze" ? "" : undefined;
    default:
      return undefined;
  }
}

/** "database" of `DATABASE_CONFIG`, "jwt" of `jwtConstants`. */
function groupWord(name: string): string {
  const words = wordsOf(name).join("_");
  return words.replace(
    /(?!^)_(?:config|configuration|settings|options|opts|cfg|conf|params|connection|constants)$/,
    "",
  );
}

const fileWord = (path: string): string => basename(path).split(".")[0] ?? "";
