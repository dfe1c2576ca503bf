import type { Where } from "../../rule.ts";
import { alternatives } from "../../../model/alternatives.ts";
import type { Fn } from "../../../model/values.ts";
import { isFunction, walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { callArguments, calleeName, chainedCalls, keyName, sourceText } from "../../kit/nodes.ts";
import { mentions } from "../../kit/mentions.ts";
import { isReading, isSqlText } from "../../kit/queries.ts";
import { returnedValues } from "../../kit/returned-values.ts";

const NAMES = new WeakMap<FunctionNode, ReadonlySet<string>>();

/**
 * The variables of a function that hold what a query gave: `const rows = await ...`, `const [rows] = ...`, `const { rows } = ...`,
 * `const first = rows[0]`, and `const rows = await people.list()` where a function of the project asks.
 */
export function storedNames(fn: FunctionNode, where: Where): ReadonlySet<string> {
  let names = NAMES.get(fn);
  if (names === undefined) {
    // A function that asks itself knows nothing more.
    NAMES.set(fn, new Set());
    names = collect(fn, where);
    NAMES.set(fn, names);
  }
  return names;
}

function collect(fn: FunctionNode, where: Where): ReadonlySet<string> {
  const found = new Set<string>();
  const assigned = new Set<string>();
  walk(fn.body, (node) => {
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier") assigned.add(node.left.name);
    if (
      node.type === "ForOfStatement" &&
      node.left.type === "VariableDeclaration" &&
      node.right.type === "Identifier"
    ) {
      const item = node.left.declarations[0]?.id;
      if (item?.type === "Identifier" && found.has(node.right.name)) found.add(item.name);
    }
    if (node.type !== "VariableDeclarator" || !node.init) return;
    if (!isRead(node.init, where) && !isPieceOf(node.init, found)) return;
    const name = nameIn(node.id);
    if (name !== undefined) found.add(name);
  });
  for (const name of assigned) found.delete(name);
  return found;
}

/** `await db.query("SELECT ...")`, also `db.prepare("SELECT ...").all()`, which waits for nobody. */
export function isRead(init: t.Node, where: Where): boolean {
  const call = init.type === "AwaitExpression" ? init.argument : init;
  if (call.type !== "CallExpression") return false;
  const calls = chainedCalls(call);
  if (isKeptInFile(call, where)) return true;
  return (call !== init && calls.some(isReading)) || calls.some(isPrepared) || readsForUs(call, where);
}

/** `JSON.parse(readFileSync("notes.json"))`, in a file that writes such a one as well. */
const isKeptInFile = (call: t.CallExpression, { module }: Where): boolean =>
  calleeName(call) === "JSON.parse" &&
  /\breadFile(?:Sync)?\(/.test(sourceText(module, call)) &&
  mentions(module, WRITES);

const WRITES = /\bwriteFile(?:Sync)?\(/;

/** `rows[0]`, `result.rows` and `result.rows[0]` of what was read. */
export function isPieceOf(node: t.Node, names: ReadonlySet<string>): boolean {
  if (node.type === "LogicalExpression") return isPieceOf(node.left, names);
  if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") return false;
  const isPiece = node.computed
    ? node.property.type === "NumericLiteral"
    : /^(?:rows|recordset)$/.test(keyName(node.property));
  if (!isPiece) return false;
  return node.object.type === "Identifier" ? names.has(node.object.name) : isPieceOf(node.object, names);
}

const isPrepared = ({ callee, arguments: [text] }: t.CallExpression): boolean =>
  callee.type === "MemberExpression" &&
  keyName(callee.property) === "prepare" &&
  text !== undefined &&
  isSqlText(text);

function nameIn(id: t.Node): string | undefined {
  if (id.type === "Identifier") return id.name;
  if (id.type === "ArrayPattern")
    return id.elements[0]?.type === "Identifier" ? id.elements[0].name : undefined;
  if (id.type !== "ObjectPattern") return undefined;
  const [rows] = id.properties;
  return rows?.type === "ObjectProperty" && rows.value.type === "Identifier" && rows.value.name === "rows"
    ? "rows"
    : undefined;
}

const READERS = new WeakMap<FunctionNode, boolean>();

/** `people.list()`, where `list` of the project gives back what a query gave it, as it is. */
function readsForUs(call: t.CallExpression, { module, program }: Where): boolean {
  const called = alternatives(program.valueAt(module, call.callee));
  return called.every((one) => one.k === "fn" && isReader(one, program));
}

function isReader({ node: fn, module }: Fn, program: Where["program"]): boolean {
  let answer = READERS.get(fn);
  if (answer === undefined) {
    READERS.set(fn, false);
    const where = { module, program };
    const names = storedNames(fn, where);
    answer = returnedValues(fn).some(
      (one) =>
        isRead(one, where) ||
        isAsked(one) ||
        isPromised(one) ||
        isPieceOf(one, names) ||
        (one.type === "Identifier" && names.has(one.name)),
    );
    READERS.set(fn, answer);
  }
  return answer;
}

/** `return pool.query("SELECT ...")`, waited for by whoever calls; a list is asked by a function. */
const isAsked = (node: t.Node): boolean =>
  node.type === "CallExpression" &&
  chainedCalls(node).some((one) => isReading(one) && !callArguments(one).some(isFunction));

/** `new Promise((resolve) => db.all("SELECT ...", (error, rows) => resolve(rows)))`. */
function isPromised(node: t.Node): boolean {
  const [fn] = node.type === "NewExpression" ? node.arguments : [];
  const [resolve] = isFunction(fn) ? fn.params : [];
  if (fn === undefined || resolve?.type !== "Identifier") return false;
  let isRow = false;
  walk(fn, (one) => {
    const answer = one.type === "CallExpression" && isReading(one) ? one.arguments.at(-1) : undefined;
    const [, rows] = isFunction(answer) ? answer.params : [];
    if (answer === undefined || rows?.type !== "Identifier") return;
    walk(answer, (inner) => {
      const [given] = calleeName(inner) === resolve.name ? callArguments(inner) : [];
      isRow ||= given?.type === "Identifier" && given.name === rows.name;
    });
  });
  return isRow;
}
