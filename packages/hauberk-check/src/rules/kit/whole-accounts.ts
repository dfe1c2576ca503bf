import { alternatives } from "../../model/alternatives.ts";
import {
  ancestors,
  boundNames,
  isFunction,
  parentOf,
  walk,
  type FunctionNode,
  type t,
} from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";
import { piecesOf } from "./built-values.ts";
import { callArguments, dotted, keyName, sourceText, type HandlerNames } from "./nodes.ts";
import { escapeForPattern } from "./patterns.ts";
import type { NodeContext } from "../rule.ts";
import type { Program } from "../../model/program.ts";

const PASSWORD = /^(?:password|passwd|pwd|password_?hash|hashed_?password)$/i;

/** Whether a name holds an account as it was found or made, with its password, and nothing is taken out of it. */
export function isWholeAccount(node: t.Node, handler: HandlerNames, context: NodeContext): boolean {
  const root = rootOf(node);
  if (root === undefined || root.name === handler.req) return false;
  const text = sourceText(context.module, handler.fn);
  if (TAKES_OUT.test(text) || isStripped(root.name, text)) return false;
  const made = madeAt(root, handler.fn);
  if (made === undefined) return false;
  if (node !== root && !isFirstOf(node, made)) return false;
  return isAccount(made, root.name, text, handler, context);
}

/** Names of what makes an account fit to be shown. */
const TAKES_OUT =
  /\b(?:omit|pick|sanit\w{1,20}|toSafe\w{0,20}|exclude\w{0,20}|serializ\w{1,20}|without\w{1,20}|toJSON|toObject|toPublic\w{0,20}|public\w{0,20})\(/i;

const isStripped = (name: string, text: string): boolean =>
  new RegExp(
    String.raw`\bdelete ${escapeForPattern(name)}\b|\b${escapeForPattern(name)}\.\w{0,10}[pP]ass\w{0,10}\s?=[^=]|\}\s?=\s?${escapeForPattern(name)}\b`,
  ).test(text);

const rootOf = (node: t.Node): t.Identifier | undefined =>
  node.type === "Identifier" ? node : node.type === "MemberExpression" ? rootOf(node.object) : undefined;

/** `rows[0]`, `result.rows[0]`, and `user._doc`. */
const isFirstOf = (node: t.Node, made: t.Node): boolean =>
  node.type === "MemberExpression" &&
  (node.computed
    ? node.property.type === "NumericLiteral" && isQuery(made)
    : /^(?:_doc|dataValues)$/.test(keyName(node.property)));

/** What a name was given: a value, the first of a list, or what a callback is called with. */
function madeAt(name: t.Identifier, fn: FunctionNode): t.Node | undefined {
  for (const up of ancestors(name)) {
    if (!isFunction(up)) continue;
    const at = up.params.findIndex((param) => boundNames(param).includes(name.name));
    if (at !== -1) return up === fn ? undefined : calledBack(up, at);
    const own = valuesIn(up).get(name.name);
    if (own !== undefined) return own === "several" ? undefined : withoutWait(own);
    if (up === fn) return undefined;
  }
  return undefined;
}

const withoutWait = (node: t.Node): t.Node => {
  if (node.type === "AwaitExpression") return withoutWait(node.argument);
  return node.type === "TSAsExpression" || node.type === "TSNonNullExpression"
    ? withoutWait(node.expression)
    : node;
};

const valuesIn = remembered((fn: FunctionNode): ReadonlyMap<string, t.Node | "several"> => {
  const found = new Map<string, t.Node | "several">();
  const note = (name: string, value: t.Node): void => {
    found.set(name, found.has(name) ? "several" : value);
  };
  walk(fn.body, (node) => {
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier")
      note(node.left.name, node.right);
    if (node.type !== "VariableDeclarator" || !node.init) return;
    const [first] = node.id.type === "ArrayPattern" ? node.id.elements : [node.id];
    if (first?.type === "Identifier") note(first.name, node.init);
  });
  return found;
});

/** `db.get(sql, (err, user) => ...)`, `User.findOne(filter).then((user) => ...)`. */
function calledBack(fn: FunctionNode, at: number): t.Node | undefined {
  const call = parentOf(fn);
  if (call?.type !== "CallExpression" || call.callee.type !== "MemberExpression") return undefined;
  if (keyName(call.callee.property) === "then") return at === 0 ? call.callee.object : undefined;
  return at === 1 ? call : undefined;
}

function isAccount(
  made: t.Node,
  name: string,
  text: string,
  handler: HandlerNames,
  context: NodeContext,
): boolean {
  if (made.type === "ObjectExpression") return hasPassword(made) && isStored(name, text);
  if (made.type === "MemberExpression") {
    const list = made.computed ? rootOf(made) : undefined;
    const rows = list === undefined ? undefined : madeAt(list, handler.fn);
    return rows !== undefined && isQuery(rows) && asksAll(rows, name, text, handler, context);
  }
  if (isQuery(made)) return asksAll(made, name, text, handler, context);
  if (made.type === "NewExpression")
    return isModel(made.callee) && givesPassword(made) && isStored(name, text) && !isHidden(context.program);
  if (made.type !== "CallExpression" || made.callee.type !== "MemberExpression") return false;
  return isFromModel(made, name, text, context) || isFromList(made, context);
}

const hasPassword = (node: t.ObjectExpression): boolean =>
  node.properties.some(
    (one) =>
      one.type === "ObjectProperty" &&
      PASSWORD.test(keyName(one.key)) &&
      !/^(?:NullLiteral|BooleanLiteral|StringLiteral|ConditionalExpression|UnaryExpression)$/.test(
        one.value.type,
      ) &&
      !(one.value.type === "Identifier" && one.value.name === "undefined"),
  );

/** It is put where accounts are kept, and not only an answer under another name. */
const isStored = (name: string, text: string): boolean =>
  new RegExp(
    String.raw`\.(?:push|insert|insertOne|create|set|add)\([^()]{0,80}\b${escapeForPattern(name)}\)|\b${escapeForPattern(name)}\.save\(`,
  ).test(text);

const givesPassword = (node: t.Node): boolean =>
  callArguments(node).some((one) => one.type === "ObjectExpression" && hasPassword(one));

const MODEL = /^(?:\w+\.)*(?:User|Users|Account|Member|Customer|Admin|Employee|Student)(?:Model)?$/;
const isModel = (node: t.Node): boolean => MODEL.test(dotted(node) ?? "");

/** `User.create({ name, password })`, and `User.findOne(filter)` whose password the handler reads. */
function isFromModel(
  made: t.CallExpression,
  name: string,
  text: string,
  { module, program }: NodeContext,
): boolean {
  const call = firstCall(made);
  if (call === undefined || isHidden(program)) return false;
  if (call.method === "create") return givesPassword(call.node);
  if (!/^find(?:One|ById|ByPk|Unique|First|OneBy)$/.test(call.method)) return false;
  const chain = sourceText(module, made);
  if (/\battributes\b|\bprojection\b|\bselect\s?:/.test(chain)) return false;
  if (/\.select\(/.test(chain) && !/select\(\s?["'`][^"'`]*\bpassword\b/.test(chain)) return false;
  return new RegExp(
    String.raw`\b${escapeForPattern(name)}\.(?:password|passwd|passwordHash|password_hash)\b`,
  ).test(text);
}

/** The first call of `User.findOne(filter).select("+password").lean()`. */
function firstCall(
  node: t.CallExpression,
): { readonly node: t.CallExpression; readonly method: string } | undefined {
  const { callee } = node;
  if (callee.type !== "MemberExpression") return undefined;
  if (callee.object.type === "CallExpression") return firstCall(callee.object);
  return isModel(callee.object) ? { node, method: keyName(callee.property) } : undefined;
}

/** A schema that takes the password out of what is sent says so somewhere. */
const isHidden = (program: Program): boolean => program.mention(HIDES) !== undefined;
const HIDES =
  /toJSON|toObject|\btransform\b|class-transformer|@Exclude|mongoose-hidden|select: ?["']-password/;

/** `users.find((one) => one.name === name)` of a list whose accounts have passwords. */
function isFromList(made: t.CallExpression, { value }: NodeContext): boolean {
  const { callee } = made;
  if (callee.type !== "MemberExpression" || keyName(callee.property) !== "find") return false;
  return alternatives(value(callee.object)).some(
    (list) =>
      list.k === "arr" &&
      list.items.some(
        (one) =>
          one.k === "obj" &&
          [...one.props].some(
            ([key, of]) => PASSWORD.test(key) && of.k === "prim" && typeof of.v === "string",
          ),
      ),
  );
}

const isQuery = (node: t.Node): boolean =>
  node.type === "CallExpression" &&
  node.callee.type === "MemberExpression" &&
  /^(?:get|query|execute|one|oneOrNone|all)$/.test(keyName(node.callee.property)) &&
  callArguments(node)[0] !== undefined;

const OF_ACCOUNTS = /^[`"[]?(?:\w+\.)?(?:users?|accounts|members|customers|employees|admins?)\b/i;

/** `SELECT * FROM users` of a table with passwords, or a SELECT that names the column. */
function asksAll(
  made: t.Node,
  name: string,
  text: string,
  handler: HandlerNames,
  { module, program }: NodeContext,
): boolean {
  const [first] = callArguments(made);
  const parts = first?.type === "Identifier" ? piecesOf(first.name, handler) : [first];
  const sql = parts.map((one) => (one ? sourceText(module, one) : "")).join(" ");
  const [columns = "", table = ""] = sql.split(/\bFROM\s/i);
  if (!OF_ACCOUNTS.test(table.trimStart())) return false;
  if (/\b(?:password|passwd|pwd|password_hash)\b/i.test(columns)) return /^\W*SELECT\s/i.test(columns);
  if (!/^\W*SELECT (?:\w\.)?\*\s*$/i.test(columns)) return false;
  return (
    /\b(?:password|passwd|pwd)\b/i.test(sql) ||
    new RegExp(String.raw`\b${escapeForPattern(name)}\.(?:password|password_hash)\b`).test(text) ||
    (/^\W*users?\b/i.test(table) &&
      program.mention(TABLE) !== undefined &&
      program.mention(COLUMN) !== undefined)
  );
}

const TABLE = /CREATE TABLE (?:IF NOT EXISTS )?[`"]?users\b/i;
const COLUMN = /\bpassword[`"]? (?:TEXT|VARCHAR|CHAR)/i;
