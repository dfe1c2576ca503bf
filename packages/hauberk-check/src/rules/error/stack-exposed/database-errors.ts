import type { Module } from "../../../model/module.ts";
import { ancestors, isFunction, parentOf, walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { dotted, keyName, sourceText } from "../../kit/nodes.ts";

const QUERIES =
  /^(?:query|execute|raw|aggregate|save|create|upsert|destroy|(?:find|insert|update|delete|remove|count|replace)(?:One|Many|All|ById|ByPk|OrCreate|AndCountAll)?|find(?:ById|One)And(?:Update|Delete|Remove|Replace)|(?:one|many)(?:OrNone)?|any|none)$/;
/** Such an answer is about what the client sent, and says so on purpose. */
const OF_THE_CLIENT = /\.(?:status|code|sendStatus)\(\s?(?:4\d\d|["']4\d\d)/;

/** `err.sqlMessage`, `error.sql`: the text of the query, which only a database's error has. */
const HAS_SQL = /^(?:e|ex|err|error|exception|reason)\d?\.(?:original\.|parent\.)?(?:sqlMessage|sql)$/i;

/** Whether the SQL text, as the driver tells it, is in the answer. */
export function showsSql(answer: t.CallExpression): boolean {
  let found = false;
  for (const given of answer.arguments)
    walk(given, (node) => {
      if (isFunction(node)) return false;
      found ||= HAS_SQL.test(dotted(node) ?? "");
      return true;
    });
  return found;
}

/** `res.send(error)`, `res.json({ error })`, `res.send("failed: " + error)` where the error is that of a query. */
export function showsDatabaseError(answer: t.CallExpression, module: Module): boolean {
  if (OF_THE_CLIENT.test(sourceText(module, answer.callee))) return false;
  const sent = answer.arguments.flatMap(partsSent);
  return (
    sent.some((one) => isError(one) && isOfQuery(answer, one.name)) ||
    sent.some((one) => isOfQuery(answer, MESSAGE.exec(dotted(one) ?? "")?.[1], isSql))
  );
}

/** What an answer is put together from: fields, pieces of a text, what is made a text. */
function partsSent(node: t.Node): readonly t.Node[] {
  switch (node.type) {
    case "ObjectExpression":
      return node.properties.flatMap((one) => (one.type === "ObjectProperty" ? partsSent(one.value) : []));
    case "TemplateLiteral":
      return node.expressions.flatMap(partsSent);
    case "BinaryExpression":
      return node.operator === "+" ? [node.left, node.right].flatMap(partsSent) : [];
    case "CallExpression":
      return isText(node)
        ? partsSent(node.callee.object)
        : node.arguments.slice(0, 1).flatMap((one) => (isString(node) ? partsSent(one) : []));
    default:
      return [node];
  }
}

/** An error as a whole, whose text is sent; `error.message` is chosen. */
const isError = (node: t.Node): node is t.Identifier =>
  node.type === "Identifier" && /^(?:e|ex|err|error|exception|reason)\d?$/i.test(node.name);

const MESSAGE = /^((?:e|ex|err|error|exception|reason)\d?)\.message$/i;

/** `query("SELECT ...")`, `all(sql, ...)`: models have messages of their own, about what the client sent. */
const isSql: IsQuery = (name, [query]) =>
  /^(?:query|execute|raw|all|get|run|each|any|none|one|oneOrNone)$/.test(name) &&
  query !== undefined &&
  (query.type === "Identifier" ? /sql|query|stmt|statement/i.test(query.name) : SQL.test(plainStart(query)));

const SQL = /^\s{0,20}(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WITH)\s/i;

/** What a text begins with, whatever is put into it. */
function plainStart(node: t.Node): string {
  if (node.type === "StringLiteral") return node.value;
  if (node.type === "TemplateLiteral") return node.quasis[0]?.value.cooked ?? "";
  return node.type === "BinaryExpression" ? plainStart(node.left) : "";
}

type IsQuery = (name: string, given: readonly t.Node[]) => boolean;
const isQuery: IsQuery = (name) => QUERIES.test(name);

const isText = (node: t.CallExpression): node is t.CallExpression & { readonly callee: t.MemberExpression } =>
  node.callee.type === "MemberExpression" &&
  node.callee.property.type === "Identifier" &&
  node.callee.property.name === "toString";

const isString = ({ callee }: t.CallExpression): boolean =>
  callee.type === "Identifier" && callee.name === "String";

/** Of `.catch((name) => ...)` behind a query, of a query's callback `(name, rows) => ...`, or caught around a query that is waited for. */
function isOfQuery(answer: t.Node, name: string | undefined, is: IsQuery = isQuery): boolean {
  if (name === undefined) return false;
  for (const up of ancestors(answer)) {
    if (up.type === "CatchClause" && up.param?.type === "Identifier" && up.param.name === name) {
      const around = parentOf(up);
      return around?.type === "TryStatement" && waitsForQuery(around.block, is);
    }
    if (!isFunction(up)) continue;
    const at = up.params.findIndex((param) => param.type === "Identifier" && param.name === name);
    if (at !== -1) return at === 0 && isCallbackOfQuery(up, is);
  }
  return false;
}

/** `query(text, fn)`, and `query(text).then(...).catch(fn)`. */
function isCallbackOfQuery(fn: FunctionNode, is: IsQuery): boolean {
  const call = parentOf(fn);
  return call?.type === "CallExpression" && hasQuery(call, is);
}

/** A chain of calls has one of a query in it. */
function hasQuery(call: t.Node, is: IsQuery): boolean {
  if (call.type !== "CallExpression" || call.callee.type !== "MemberExpression") return false;
  return is(keyName(call.callee.property), call.arguments) || hasQuery(call.callee.object, is);
}

/** Not where the block throws something of its own: that message may be meant for the client. */
function waitsForQuery(block: t.Node, is: IsQuery): boolean {
  let found = false;
  let isThrown = false;
  walk(block, (node) => {
    if (node.type === "AwaitExpression") found ||= hasQuery(node.argument, is);
    isThrown ||= node.type === "ThrowStatement";
  });
  return found && (is === isQuery || !isThrown);
}
