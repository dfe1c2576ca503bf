import {
  ancestors,
  hasParameter,
  isFunction,
  parentOf,
  type FunctionNode,
  type t,
} from "../../../parse/ast.ts";
import { piecesOf } from "../../kit/built-values.ts";
import { listGivenTo } from "../../kit/list-items.ts";
import { calleeName, keyName, type HandlerNames } from "../../kit/nodes.ts";
import { isReading } from "../../kit/queries.ts";
import { returnedValues } from "../../kit/returned-values.ts";
import type { Where } from "../../rule.ts";
import { isPieceOf, isRead, storedNames } from "./stored-names.ts";

/** What of a database or a file stands in a text, as it is: `r.message` of `rows.forEach((r) => (html += `<li>${r.message}</li>`))`. */
export function storedIn(
  node: t.Node,
  handler: HandlerNames,
  where: Where,
  also: ReadonlySet<string> = new Set(),
): t.Node | undefined {
  const ask: Ask = { handler, where, also };
  return leavesOf(node, handler, new Set()).find((one) => isStored(one, ask));
}

interface Ask {
  readonly handler: HandlerNames;
  readonly where: Where;
  /** Names that hold something stored all the same: parameters that are given it. */
  readonly also: ReadonlySet<string>;
}

/** Whether a value that is handed over is rows, or one of them. */
export function isStoredValue(node: t.Node, handler: HandlerNames, where: Where): boolean {
  if (node.type === "AwaitExpression" || node.type === "CallExpression") return isRead(node, where);
  const ask: Ask = { handler, where, also: new Set() };
  return node.type === "Identifier" ? isOfStore(node, ask) : isPieceOf(node, storedNames(handler.fn, where));
}

/** What a text is put together from, each variable looked through once. */
export function leavesOf(node: t.Node, handler: HandlerNames, through: Set<string>): readonly t.Node[] {
  const look = (one: t.Node): readonly t.Node[] => leavesOf(one, handler, through);
  switch (node.type) {
    case "TemplateLiteral":
      return node.expressions.flatMap(look);
    case "BinaryExpression":
      return node.operator === "+" ? [node.left, node.right].flatMap(look) : [];
    case "LogicalExpression":
      return node.operator === "&&" ? look(node.right) : [node.left, node.right].flatMap(look);
    case "ConditionalExpression":
      return [node.consequent, node.alternate].flatMap(look);
    case "ArrayExpression":
      return node.elements.flatMap((one) => (one === null ? [] : look(one)));
    case "Identifier": {
      const pieces = through.has(node.name) ? [] : piecesOf(node.name, handler);
      through.add(node.name);
      const isText = pieces.length > 1 || pieces.some((one) => BUILT.has(one.type));
      return isText ? pieces.flatMap(look) : [node];
    }
    case "CallExpression":
      return ofCall(node, look) ?? [node];
    default:
      return [node];
  }
}

const BUILT: ReadonlySet<string> = new Set(["TemplateLiteral", "BinaryExpression", "CallExpression"]);

/** `rows.map((row) => `<li>${row.name}</li>`).join("")`. */
function ofCall(
  { callee, arguments: given }: t.CallExpression,
  look: (one: t.Node) => readonly t.Node[],
): readonly t.Node[] | undefined {
  if (callee.type !== "MemberExpression") return [];
  const name = keyName(callee.property);
  if (name === "join" || name === "trim") return look(callee.object);
  if (name === "concat") return [callee.object, ...given].flatMap(look);
  const [fn] = given;
  return /^(?:map|flatMap)$/.test(name) && isFunction(fn) ? returnedValues(fn).flatMap(look) : undefined;
}

/** Numbers, times and what the server itself has written have no tags in them. */
const NO_TEXT =
  /^_?(?:id|at|date|time|count|price|amount|total|number|qty|quantity|size|length|age|year|score|balance|status|state|type|stamp|timestamp)$|_(?:id|at|date|time|count|price|amount|total|number|qty|quantity|size|length|age|year|score|balance|status|state|type|stamp|timestamp)$|(?:ID|Id|At|Date|Time|Count|Price|Amount|Total|Number|Qty|Quantity|Size|Length|Age|Year|Score|Balance|Status|State|Type|Stamp|Timestamp)$/;

function isStored(node: t.Node, ask: Ask): boolean {
  if (node.type === "MemberExpression") {
    if (node.object.type !== "Identifier" || node.computed || NO_TEXT.test(keyName(node.property)))
      return false;
    return isOfStore(node.object, ask);
  }
  return node.type === "Identifier" && isLine(node, ask.handler);
}

/** A row: given to the callback of a query or to that of a list of rows, or waited for. */
function isOfStore(name: t.Identifier, ask: Ask): boolean {
  const { handler, where, also } = ask;
  const fn = binderOf(name, handler);
  if (fn === undefined) return also.has(name.name) || storedNames(handler.fn, where).has(name.name);
  const list = listGivenTo(fn, name.name);
  if (list !== undefined) return isRows(list, ask);
  return isAnswerOf(fn, name.name, isReading);
}

function isRows(list: t.Node, ask: Ask): boolean {
  if (list.type === "Identifier") return isOfStore(list, ask);
  if (list.type === "MemberExpression") return keyName(list.property) === "rows" && isRows(list.object, ask);
  if (list.type === "AwaitExpression") return isRead(list, ask.where);
  return list.type === "CallExpression" &&
    list.callee.type === "MemberExpression" &&
    SORTS.test(keyName(list.callee.property))
    ? isRows(list.callee.object, ask)
    : false;
}

const SORTS = /^(?:slice|filter|reverse|sort|toSorted|toReversed|concat|split|trim)$/;

/** A line of a file that was read, or the name of a file in a folder. */
function isLine(name: t.Identifier, handler: HandlerNames): boolean {
  const fn = binderOf(name, handler);
  const list = fn === undefined ? undefined : listGivenTo(fn, name.name);
  return list !== undefined && isOfFile(list, handler);
}

function isOfFile(list: t.Node, handler: HandlerNames, through: Set<t.Node> = new Set()): boolean {
  // `a = b.slice(), b = a.slice()` ends.
  if (through.has(list)) return false;
  through.add(list);
  if (list.type === "CallExpression") {
    const { callee } = list;
    if (FILES.test(calleeName(list) ?? "")) return true;
    if (callee.type !== "MemberExpression" || !SORTS.test(keyName(callee.property))) return false;
    return isOfFile(callee.object, handler, through);
  }
  if (list.type === "AwaitExpression") return isOfFile(list.argument, handler, through);
  if (list.type !== "Identifier") return false;
  const fn = binderOf(list, handler);
  if (fn !== undefined) return isAnswerOf(fn, list.name, (call) => FILES.test(calleeName(call) ?? ""));
  const [made, ...more] = piecesOf(list.name, handler);
  return made !== undefined && more.length === 0 && isOfFile(made, handler, through);
}

const FILES = /^(?:\w{0,8}fs\w{0,8}\.(?:promises\.)?)?(?:readFile|readdir)(?:Sync)?$/i;

/** `(err, rows) => ...` as the last argument of a query. */
function isAnswerOf(fn: FunctionNode, name: string, reads: (call: t.CallExpression) => boolean): boolean {
  const call = parentOf(fn);
  const at = fn.params.findIndex((param) => param.type === "Identifier" && param.name === name);
  return call?.type === "CallExpression" && at === 1 && call.arguments.at(-1) === fn && reads(call);
}

/** The function between a name and the handler's own whose parameter it is. */
function binderOf(name: t.Identifier, handler: HandlerNames): FunctionNode | undefined {
  for (const up of ancestors(name)) {
    if (up === handler.fn) return undefined;
    if (isFunction(up) && hasParameter(up, name.name)) return up;
  }
  return undefined;
}
