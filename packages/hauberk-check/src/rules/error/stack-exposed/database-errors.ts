import type { Module } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import { isFunction, walk, type t } from "../../../parse/ast.ts";
import { importsAny } from "../../kit/mentions.ts";
import { dotted, keyName, sourceText } from "../../kit/nodes.ts";
import { isQueryName, isSqlCall, isSqlText } from "../../kit/queries.ts";
import type { NodeContext } from "../../rule.ts";
import { remembered } from "../../../remembered.ts";
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
export function showsDatabaseError(answer: t.CallExpression, context: NodeContext): boolean {
  if (OF_THE_CLIENT.test(sourceText(context.module, answer.callee))) return false;
  return partsOfAnswer(answer, context.module).some((one) => isDatabaseError(one, context));
}

/** Whether a part of an answer is the error of a query, or its message. */
export const isDatabaseError = (part: t.Node, context: NodeContext): boolean =>
  isOfQuery(part, errorSent(part), context) || isOfQuery(part, messageSent(part), context, isSql);

/** Models have messages of their own, about what the client sent. */
const isSql: IsQuery = isSqlCall;

type IsQuery = (name: string, given: readonly t.Node[]) => boolean;
const isQuery: IsQuery = isQueryName;

/** Of `.catch((name) => ...)` behind a query, of a query's callback `(name, rows) => ...`, or caught around a query. */
function isOfQuery(
  part: t.Node,
  name: string | undefined,
  context: NodeContext,
  is: IsQuery = isQuery,
): boolean {
  const origin = name === undefined ? undefined : originOf(part, name);
  if (origin === undefined) return false;
  return origin.kind === "caught"
    ? hasQueryInside(origin.block, context, is)
    : origin.at === 0 && hasQuery(origin.call, is);
}

/** A chain of calls has one of a query in it: `query(text, fn)`, and `query(text).then(...).catch(fn)`. */
function hasQuery(call: t.Node, is: IsQuery): boolean {
  if (call.type !== "CallExpression" || call.callee.type !== "MemberExpression") return false;
  return is(keyName(call.callee.property), call.arguments) || hasQuery(call.callee.object, is);
}

/** Not where the block throws something of its own: that message may be meant for the client. */
function hasQueryInside(block: t.BlockStatement, { program, module }: NodeContext, is: IsQuery): boolean {
  let found = false;
  let isThrown = false;
  const throwsItself = hasDriverThatThrows(program);
  walkTried(block, (node) => {
    if (node.type === "AwaitExpression") found ||= hasQuery(node.argument, is);
    else if (throwsItself && node.type === "CallExpression") found ||= isPrepared(node, module);
    isThrown ||= node.type === "ThrowStatement";
    return !isFunction(node);
  });
  return found && (is === isQuery || !isThrown);
}

/** Their queries are not waited for; `sqlite3`, which has the same names, tells its errors to callbacks. */
const hasDriverThatThrows = remembered(
  (program: Program) =>
    importsAny(program, /^(?:better-sqlite3(?:-multiple-ciphers)?|node:sqlite)$/) &&
    !importsAny(program, /^sqlite3$/),
);

/** `db.exec("INSERT ...")`, `db.prepare("SELECT ...").all()`, and `insert.run(...)` of what was prepared elsewhere. */
const isPrepared = ({ callee, arguments: [given] }: t.CallExpression, module: Module): boolean =>
  callee.type === "MemberExpression" &&
  ((keyName(callee.property) === "exec" && given !== undefined && isSqlText(given)) || isRun(callee, module));

const isRun = (callee: t.MemberExpression, module: Module): boolean =>
  /^(?:run|get|all|iterate|pluck)$/.test(keyName(callee.property)) &&
  (callee.object.type === "Identifier"
    ? statementsOf(module).has(callee.object.name)
    : isPreparation(callee.object));

const statementsOf = remembered(
  ({ index }: Module): ReadonlySet<string> =>
    new Set(
      (index.get("VariableDeclarator") ?? []).flatMap((one) =>
        one.type === "VariableDeclarator" && one.id.type === "Identifier" && isPreparation(one.init)
          ? [one.id.name]
          : [],
      ),
    ),
);

const isPreparation = (made: t.Node | null | undefined): boolean =>
  made?.type === "CallExpression" &&
  made.callee.type === "MemberExpression" &&
  keyName(made.callee.property) === "prepare" &&
  made.arguments.length > 0;
