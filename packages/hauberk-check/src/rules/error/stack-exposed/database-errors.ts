import type { Module } from "../../../model/module.ts";
import { isFunction, walk, type t } from "../../../parse/ast.ts";
import { dotted, keyName, sourceText } from "../../kit/nodes.ts";
import { isQueryName, isSqlCall } from "../../kit/queries.ts";
import { originOf, walkTried } from "./origin.ts";
import { partsOfAnswer } from "./parts-held.ts";
import { errorSent, messageSent } from "./parts-sent.ts";

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
  const sent = partsOfAnswer(answer);
  return sent.some((one) => isOfQuery(answer, errorSent(one)) || isOfQuery(answer, messageSent(one), isSql));
}

/** Models have messages of their own, about what the client sent. */
const isSql: IsQuery = isSqlCall;

type IsQuery = (name: string, given: readonly t.Node[]) => boolean;
const isQuery: IsQuery = isQueryName;

/** Of `.catch((name) => ...)` behind a query, of a query's callback `(name, rows) => ...`, or caught around a query that is waited for. */
function isOfQuery(answer: t.Node, name: string | undefined, is: IsQuery = isQuery): boolean {
  const origin = name === undefined ? undefined : originOf(answer, name);
  if (origin === undefined) return false;
  return origin.kind === "caught"
    ? waitsForQuery(origin.block, is)
    : origin.at === 0 && hasQuery(origin.call, is);
}

/** A chain of calls has one of a query in it: `query(text, fn)`, and `query(text).then(...).catch(fn)`. */
function hasQuery(call: t.Node, is: IsQuery): boolean {
  if (call.type !== "CallExpression" || call.callee.type !== "MemberExpression") return false;
  return is(keyName(call.callee.property), call.arguments) || hasQuery(call.callee.object, is);
}

/** Not where the block throws something of its own: that message may be meant for the client. */
function waitsForQuery(block: t.Node, is: IsQuery): boolean {
  let found = false;
  let isThrown = false;
  walkTried(block, (node) => {
    if (node.type === "AwaitExpression") found ||= hasQuery(node.argument, is);
    isThrown ||= node.type === "ThrowStatement";
  });
  return found && (is === isQuery || !isThrown);
}
