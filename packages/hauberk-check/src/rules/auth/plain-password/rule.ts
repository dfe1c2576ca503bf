import { isPassword, isStoredPassword } from "../../kit/password-words.ts";
import {
  callArguments,
  calleeName,
  dotted,
  keyName,
  sourceText,
  type HandlerNames,
} from "../../kit/nodes.ts";
import { mentions } from "../../kit/mentions.ts";
import { objectNamed } from "../../kit/objects.ts";
import { isKeptPlain, KEEPS, NAMED } from "./kept.ts";
import { piecesOf } from "../../kit/built-values.ts";
import { dataAround, handedOverAt } from "../../kit/handed-over.ts";
import { usesCookieSessions, usesServerSessions } from "../../kit/session-cookie.ts";
import { requestData, wholePart } from "../../kit/request-data.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import type { Node, t } from "../../../parse/ast.ts";

export const rule: Rule = defineRule({
  id: "auth/plain-password",
  title: "A password is stored as it was typed",
  severity: "high",
  confidence: "medium",
  cwe: [256],
  asvs: ["11.4.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Whoever reads the table, a backup or one leaked query has the password of every user, here and wherever else they use it.",
  fix: "Store a slow hash (crypto.argon2, scrypt or bcrypt) and verify with it; never look a user up by the password.",
  callees: [
    /\.(?:find\w*|where|exists|count\w*|create|insert\w*|bulkCreate|update\w*)$/,
    /\.(?:query|execute|exec|get|run|all|one|oneOrNone|raw|any|none)$/,
  ],
  visit: {
    BinaryExpression: checkComparison,
    CallExpression: checkQuery,
    AssignmentExpression: checkSession,
    NewExpression: checkKept,
  },
});

function checkComparison(node: Node, context: NodeContext): void {
  if (
    node.type !== "BinaryExpression" ||
    node.left.type === "PrivateName" ||
    !/^[!=]==?$/.test(node.operator)
  )
    return;
  for (const [stored, given] of [
    [node.left, node.right],
    [node.right, node.left],
  ] as const)
    if (isStoredPassword(stored) && isPassword(given)) {
      const handler = dataAround(node, context);
      if (
        handler === undefined ||
        requestData(given, handler) === undefined ||
        requestData(stored, handler) !== undefined
      )
        return;
      report(node, context, handler, "What was typed is compared with what is stored: it is no hash.");
      return;
    }
}

/** `req.session.user = req.body` of a sign-in, `req.session.password = password`: sessions are stored, and shown. */
function checkSession(node: Node, context: NodeContext): void {
  if (node.type !== "AssignmentExpression" || !/^req(?:uest)?\.session\.\w+$/.test(dotted(node.left) ?? ""))
    return;
  const handler = dataAround(node, context);
  if (handler === undefined) return;
  const { right } = node;
  const isWhole =
    wholePart(right, handler) === "body" && /\bbody\.password\b/.test(sourceText(context.module, handler.fn));
  // session/cookie-session-sensitive speaks of those that travel to the browser.
  const isInCookie = usesCookieSessions(context) && !usesServerSessions(context);
  const typed = isInCookie ? [] : right.type === "ObjectExpression" ? fieldsOf(right) : [right];
  if (isWhole || typed.some((one) => isPassword(one) && requestData(one, handler) !== undefined))
    report(node, context, handler, "The session keeps the password as it was typed.");
}

const LOOKS_UP =
  /^(?:findOne|findFirst|findOneBy|findUnique|find|where|findAll|findOneAndUpdate|countDocuments|exists|count)$/;
/** `password = ?`, `password = '${password}'`, `"... password = '" + password`. */
const BY_PASSWORD =
  /\b(?:password|passwd|pwd|pass)(?:_?hash)?[`"\]]?\s{0,4}=\s{0,4}(?:\?|\$\d|:\w|@\w|\\?["']?(?:\$\{|["'`]\s?\+))/i;
/** The database hashes what it is given. */
const HASHES = /\b(?:md5|sha\d{0,3}|crypt|digest|encode|\w{0,12}hash\w{0,12})\s?\(/i;
const STORES =
  /\bINSERT\s{1,4}INTO\s{1,4}[`"\w.]{0,40}(?:user|account|member|customer|admin|employee|student)/i;

function checkQuery(node: Node, context: NodeContext): void {
  const callee = node.type === "CallExpression" ? node.callee : undefined;
  if (callee?.type !== "MemberExpression" || callee.property.type !== "Identifier") return;
  const [first, ...more] = callArguments(node);
  if (LOOKS_UP.test(callee.property.name)) {
    const filter = first === undefined ? undefined : objectGiven(first, node, context);
    if (filter !== undefined) reportFirst(node, context, fieldsOf(filter));
    return;
  }
  if (KEEPS.test(callee.property.name)) checkKept(node, context);
  if (!/^(?:query|execute|exec|get|run|all|one|oneOrNone|raw|any|none)$/.test(callee.property.name)) return;
  const prepared = preparedText(callee.object, node, context);
  const values = prepared === undefined ? more : callArguments(node);
  const text = prepared ?? first;
  const pieces = text === undefined ? [] : piecesOfQuery(text, node, context);
  const sql = pieces
    .filter(isText)
    .map((piece) => sourceText(context.module, piece))
    .join(" ");
  if ((STORES.test(sql) || BY_PASSWORD.test(sql)) && !HASHES.test(sql))
    reportFirst(node, context, [...values.flatMap(itemsOf), ...pieces.flatMap(putIn)]);
}

/** `{ name, password }` in the call, or in a variable of the handler. */
function objectGiven(first: t.Node, node: Node, context: NodeContext): t.ObjectExpression | undefined {
  if (first.type === "ObjectExpression") return first;
  if (first.type !== "Identifier" || !mentions(context.module, NAMED)) return undefined;
  const handler = dataAround(node, context);
  return handler === undefined ? undefined : objectNamed(first.name, handler);
}

/** The SQL of `db.prepare(sql).run(name, password)`, and of a statement in a variable of the handler. */
function preparedText(holder: t.Node, node: Node, context: NodeContext): t.Node | undefined {
  if (!mentions(context.module, PREPARES)) return undefined;
  const handler = holder.type === "Identifier" ? dataAround(node, context) : undefined;
  const [made] =
    holder.type === "Identifier" && handler !== undefined ? piecesOf(holder.name, handler) : [holder];
  return made !== undefined && (calleeName(made) ?? "").endsWith(".prepare")
    ? callArguments(made)[0]
    : undefined;
}

const PREPARES = /\.prepare\(/;

/** A query as it stands in the call, or in a variable: `const sql = "SELECT ..."`. */
function piecesOfQuery(first: t.Node, node: Node, context: NodeContext): readonly t.Node[] {
  if (first.type !== "Identifier") return [first];
  if (!/sql|query|stmt|statement|insert|select|^q$/i.test(first.name)) return [];
  const handler = dataAround(node, context);
  return handler === undefined ? [] : piecesOf(first.name, handler);
}

/** What is put into a text. */
function putIn(text: t.Node): readonly t.Node[] {
  if (text.type === "TemplateLiteral") return text.expressions;
  return text.type === "BinaryExpression" ? [text.left, text.right].flatMap(putIn) : [text];
}

const isText = (node: t.Node): boolean =>
  /^(?:StringLiteral|TemplateLiteral|BinaryExpression)$/.test(node.type);

/** The first value among them that is a password as the client sent it. */
function reportFirst(node: Node, context: NodeContext, values: readonly t.Node[]): void {
  const passwords = values.filter(isPassword);
  const handler = passwords.length === 0 ? undefined : dataAround(node, context);
  if (handler !== undefined && passwords.some((one) => requestData(one, handler) !== undefined))
    report(node, context, handler, "The query is given the password as it was typed.");
}

/** What is put under `password` into accounts, in a project that hashes nothing. */
function checkKept(node: Node, context: NodeContext): void {
  if (!isKeptPlain(node, context)) return;
  const fields = callArguments(node)
    .flatMap((one) => (one.type === "ObjectExpression" ? [one] : itemsOf(one)))
    .flatMap((one) => objectGiven(one, node, context) ?? [])
    .flatMap(fieldsOf)
    .filter(isPassword);
  const handler = fields.length === 0 ? undefined : dataAround(node, context);
  if (handler !== undefined && fields.some((one) => requestData(one, handler) !== undefined))
    report(
      node,
      context,
      handler,
      "The password is stored as it was typed: nothing in the project hashes one.",
    );
}

/** `{ name, password: req.body.password }`, also below `where` and in `$and`. */
const fieldsOf = (object: t.ObjectExpression): readonly t.Node[] =>
  object.properties.flatMap((one) => {
    if (one.type !== "ObjectProperty") return [];
    if (one.value.type === "ObjectExpression" && /^(?:where|data|\$set)$/.test(keyName(one.key)))
      return fieldsOf(one.value);
    if (one.value.type === "ArrayExpression" && /^\$(?:and|or)$/.test(keyName(one.key)))
      return one.value.elements.flatMap((each) => (each?.type === "ObjectExpression" ? fieldsOf(each) : []));
    return /^(?:password|passwd|pwd|pass)$/i.test(keyName(one.key)) ? [one.value] : [];
  });

const itemsOf = (node: t.Node): readonly t.Node[] =>
  node.type === "ArrayExpression"
    ? node.elements.filter((one) => one !== null)
    : node.type === "ObjectExpression"
      ? fieldsOf(node)
      : [node];

function report(
  node: Node,
  { module, report: say }: NodeContext,
  handler: HandlerNames,
  message: string,
): void {
  say({ at: { module, node }, message, related: handedOverAt(handler) });
}
