import { basename } from "../../../files/paths.ts";
import { ancestors, type t } from "../../../parse/ast.ts";
import {
  credentialNamed,
  credentialVariable,
  isCredential,
  isAnnounced,
  wordsOf,
  type CredentialKind,
} from "../../kit/credential-words.ts";
import { dotted, keyName, plainText } from "../../kit/nodes.ts";
import { NOT_KEPT } from "../../kit/secrets.ts";
import { groupedKind } from "./grouped.ts";

export interface Worded {
  readonly literal: t.Node;
  readonly kind: CredentialKind;
  readonly text: string;
  /** The variable of the environment it stands in for. */
  readonly variable?: string;
}

/**
 * The literal of `const ADMIN_PASSWORD = "sunflower"`, `{ dbPass: "heron12" }`, `process.env.SMTP_PASS || "linnet"`: a
 * word, and by its name a credential; `undefined` for names, labels and placeholders.
 */
export function wordedSecret(node: t.Node, path: string): Worded | undefined {
  const found = standsIn(node) ?? assigned(node, path);
  return found === undefined || NOT_KEPT.test(path) || isOtherFile(path) || isRefused(node)
    ? undefined
    : found;
}

function assigned(node: t.Node, path: string): Worded | undefined {
  const [key, literal] = pair(node);
  const text = literal ? plainText(literal) : undefined;
  if (text === undefined || !literal || !key) return undefined;
  const own = keyName(key);
  const named = credentialNamed(own);
  const [kind, name] =
    named === undefined ? (groupedKind(node, { name: own, text, path }) ?? []) : [named, own];
  if (kind === undefined || name === undefined || !isCredential(kind, name, text)) return undefined;
  // `{ adminPassword: "Kennwort" }` is what a form says beside the field, and `{ bindPassword: "1234" }` shows a setting.
  const isSetting = node.type === "ObjectProperty" && !/^[A-Z\d_]+$/.test(name);
  return isSetting && (text.length < 6 || /^[A-Z][a-z]+$/.test(text)) ? undefined : { literal, kind, text };
}

/** `const WEAK_DEFAULTS = { JWT_SECRET: "popcorn" }`: a list of what nobody may use. */
const isRefused = (node: t.Node): boolean =>
  ancestors(node).some(
    (up) =>
      up.type === "VariableDeclarator" &&
      /weak|insecure|forbidden|banned|den(?:y|ied)|blacklist|blocklist|disallowed|rejected|leaked/i.test(
        keyName(up.id),
      ),
  );

function pair(node: t.Node): readonly [t.Node | undefined, t.Node | null | undefined] {
  switch (node.type) {
    case "VariableDeclarator":
      return [node.id, node.init];
    case "ObjectProperty":
    case "ClassProperty":
    case "ClassAccessorProperty":
      return [node.key, node.value];
    case "ClassPrivateProperty":
      return [node.key.id, node.value];
    case "AssignmentExpression":
      // `req.body.client_secret = "not_given"` stands in for what was not sent.
      if (/^(?:req|request|res|response)\./.test(dotted(node.left) ?? "")) return [undefined, undefined];
      return [node.left.type === "MemberExpression" ? node.left.property : node.left, node.right];
    case "AssignmentPattern":
      return [node.left, node.right];
    case "TSEnumMember":
      return [node.id, node.initializer];
    case "CallExpression":
      // `app.set("jwtSecret", "...")`: what a tutorial keeps its settings in.
      return /^(?:app|server|config|nconf)\.set$/.test(dotted(node.callee) ?? "")
        ? [node.arguments[0], node.arguments[1]]
        : [undefined, undefined];
    default:
      return [undefined, undefined];
  }
}

/** `process.env.DB_PASS ?? "pelican12"`, `config.get("DB_PASS") ?? "pelican12"`, `process.env.KEY ? process.env.KEY : "..."`, `getEnv("DB_PASS", "pelican12")`. */
function standsIn(node: t.Node): Worded | undefined {
  const [variable, literal] = fallback(node);
  const text = literal ? plainText(literal) : undefined;
  if (variable === undefined || text === undefined || literal === undefined) return undefined;
  const kind = credentialVariable(variable);
  if (kind === undefined || text.length < 3 || /\s/.test(text) || isAnnounced(text)) return undefined;
  // `process.env.ACCESS_TOKEN || "token"` may as well name the cookie that holds it.
  if (kind === "key" && !isCredential(kind, variable, text)) return undefined;
  return /:\/\//.test(text) ? undefined : { literal, kind, text, variable };
}

function fallback(node: t.Node): readonly [string | undefined, t.Node | undefined] {
  switch (node.type) {
    case "LogicalExpression":
      return node.operator === "&&" ? [undefined, undefined] : [variableOf(node.left), node.right];
    case "ConditionalExpression":
      return [variableOf(node.test), node.alternate];
    case "CallExpression": {
      const name = constantName(node.arguments[0]);
      return name !== undefined && /^get$|env|config/i.test(lastPart(dotted(node.callee) ?? ""))
        ? [name, node.arguments[1]]
        : [undefined, undefined];
    }
    default:
      return [undefined, undefined];
  }
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

const variableOf = (node: t.Node): string | undefined =>
  /^process\.env\.(\w+)$/.exec(dotted(node) ?? "")?.[1] ?? settingAsked(node);

/** `config.get("JWT_SECRET")`. */
const settingAsked = (node: t.Node): string | undefined =>
  node.type === "CallExpression" &&
  node.arguments.length === 1 &&
  lastPart(dotted(node.callee) ?? "") === "get"
    ? constantName(node.arguments[0])
    : undefined;

const constantName = (node: t.Node | undefined): string | undefined =>
  node?.type === "StringLiteral" && /^[A-Z][A-Z\d_]+$/.test(node.value) ? node.value : undefined;

const OTHER: ReadonlySet<string> = new Set(
  "test tests testing seed seeds seeder seeders seeding mock mocks mocked fixture fixtures faker dummy sample samples example examples stories".split(
    " ",
  ),
);

/** What fills a database for the first time, what tests share, and what browsers draw. */
const isOtherFile = (path: string): boolean =>
  /\.[jt]sx$/.test(path) || wordsOf(basename(path)).some((word) => OTHER.has(word));
