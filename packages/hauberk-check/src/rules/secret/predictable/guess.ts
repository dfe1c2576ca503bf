import type { Module } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import { ancestors, isFunction, type FunctionNode, type t } from "../../../parse/ast.ts";
import { piecesOf } from "../../kit/built-values.ts";
import { calleeName, callArguments, dotted } from "../../kit/nodes.ts";
import { returnedValues } from "../../kit/returned-values.ts";

/** What a value is made from; `known` is what others know of somebody, and `plain` stands in the code. */
export interface Guess {
  readonly from: "random" | "time" | "known" | "plain";
  readonly at: t.Node;
  readonly module: Module;
  /** A hash or an encoding of it. */
  readonly disguised?: true;
  /** The number itself: `token = Date.now()` tells one run from the next. */
  readonly bare?: boolean;
}

export interface Where {
  readonly module: Module;
  readonly program: Program;
  readonly depth: number;
  /** One sign of a text that is put together, rather than one of several whole values. */
  readonly isSign?: boolean;
  /** What the parameters of the function that is looked through are given by the call: `makeToken(email)`. */
  readonly given?: ReadonlyMap<string, Guess | undefined>;
  /** Names and functions that were looked through: `text = text + sign()` ends. */
  readonly through?: readonly unknown[];
}

const MAX_DEPTH = 12;

/** How a value can be guessed; `undefined` as soon as a part of it is not understood. */
export function guess(node: t.Node, where: Where): Guess | undefined {
  if (where.depth > MAX_DEPTH) return undefined;
  const inner = { ...where, depth: where.depth + 1 };
  const is = (from: Guess["from"]): Guess => ({ from, at: node, module: where.module });
  switch (node.type) {
    case "StringLiteral":
    case "NumericLiteral":
    case "NullLiteral":
      return is("plain");
    case "TemplateLiteral":
      return all(node, node.expressions, inner);
    case "BinaryExpression":
      return /^(?:\+|-|\*|\/|%|\*\*|\||>>>?|\^|&)$/.test(node.operator) && node.left.type !== "PrivateName"
        ? all(node, [node.left, node.right], inner)
        : undefined;
    case "UnaryExpression":
      return guess(node.argument, inner);
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSNonNullExpression":
      return guess(node.expression, inner);
    case "LogicalExpression":
      return node.operator === "&&" ? undefined : either(node, inner);
    case "ConditionalExpression":
      return all(node, [node.consequent, node.alternate], inner);
    case "Identifier":
      return ofName(node, inner);
    case "MemberExpression":
      if (node.computed) return signAt(node.property, inner);
      if (node.property.type === "Identifier" && node.property.name === "length") return is("plain");
      return isKnown(dotted(node)) ? is("known") : ofValue(node, inner);
    case "NewExpression":
      return calleeName(node) === "Date" && node.arguments.length === 0
        ? { ...is("time"), bare: true }
        : undefined;
    case "CallExpression":
      return ofCall(node, inner);
    default:
      return undefined;
  }
}

const STRENGTH: readonly Guess["from"][] = ["plain", "known", "time", "random"];

function all(whole: t.Node, parts: readonly t.Node[], where: Where): Guess | undefined {
  let found: Guess = { from: "plain", at: whole, module: where.module };
  for (const part of parts) {
    const one = guess(part, where);
    if (one === undefined) return undefined;
    if (isStronger(one, found)) found = one;
  }
  return parts.length > 1 ? { ...found, bare: false } : found;
}

/** `req.body.email || ""`; where nobody knows what stands first, by what stands in for it. */
function either(node: t.LogicalExpression, where: Where): Guess | undefined {
  const left = guess(node.left, where);
  const right = guess(node.right, where);
  if (left === undefined || right === undefined) return right;
  return { ...(isStronger(right, left) ? right : left), bare: false };
}

const isStronger = (one: Guess, other: Guess): boolean =>
  STRENGTH.indexOf(one.from) > STRENGTH.indexOf(other.from);

/** `chars[Math.floor(Math.random() * 36)]`; alone it is one of several whole values, each of which may be a good one. */
function signAt(at: t.Node, where: Where): Guess | undefined {
  const found = where.isSign === true ? guess(at, where) : undefined;
  return found?.from === "random" ? found : undefined;
}

const KNOWN = /(?:^|[._])(?:user_?name|e?mail|login|phone|mobile|user_?id|user\._?id)$/i;
const isKnown = (name: string | undefined): boolean =>
  name !== undefined && !name.startsWith("process.") && KNOWN.test(name);

function ofName(node: t.Identifier, where: Where): Guess | undefined {
  const { through = [], given } = where;
  if (given?.has(node.name) === true) return given.get(node.name);
  if (through.includes(node.name)) return { from: "plain", at: node, module: where.module };
  for (const fn of ancestors(node).filter(isFunction)) {
    const pieces = piecesOf(node.name, { fn, req: "", res: "" });
    const isSign = pieces.length > 1 || where.isSign === true;
    if (pieces.length > 0) return all(node, pieces, { ...where, isSign, through: [...through, node.name] });
  }
  return isKnown(node.name) ? { from: "known", at: node, module: where.module } : ofValue(node, where);
}

/** `PREFIX`: a text of the code. */
function ofValue(node: t.Node, { program, module }: Where): Guess | undefined {
  const value = program.valueAt(module, node);
  return value.k === "prim" ? { from: "plain", at: node, module } : undefined;
}

const PASSES_ON =
  /^(?:Math\.(?:floor|round|ceil|trunc|abs)|String|Number|parseInt|parseFloat|BigInt|encodeURIComponent)$/;
const ENCODES = /^(?:btoa|Buffer\.from)$/;
const HASHES = /^(?:CryptoJS\.|crypto\.)?(?:md5|sha1|sha256|sha512)$/i;
const SHAPES =
  /^(?:toString|toFixed|substring|substr|slice|padStart|padEnd|toUpperCase|toLowerCase|trim|replace|replaceAll|split|reverse|join|digest|getTime|valueOf|toISOString|get(?:FullYear|Month|Date|Day|Hours|Minutes|Seconds|Milliseconds))$/;

function ofCall(node: t.CallExpression, where: Where): Guess | undefined {
  const name = calleeName(node) ?? "";
  const [first] = callArguments(node);
  if (name === "Math.random") return { from: "random", at: node, module: where.module };
  if (name === "Date.now") return { from: "time", at: node, module: where.module, bare: true };
  if (first !== undefined) {
    if (PASSES_ON.test(name)) return guess(first, where);
    if (ENCODES.test(name) || HASHES.test(name)) return disguised(first, where);
    if (name === "Array.from") return eachOf(node.arguments[1], where);
  }
  const { callee } = node;
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return ofOwn(node, where);
  const method = callee.property.name;
  if (method === "map") return eachOf(first, where);
  if (SHAPES.test(method)) return shaped(guess(callee.object, where), first);
  if (method === "charAt" && first !== undefined) return signAt(first, where);
  if (method === "concat") return all(node, [callee.object, ...node.arguments], where);
  if (method === "update" && first !== undefined && isHash(callee.object)) return disguised(first, where);
  return ofOwn(node, where);
}

/** `Date.now().toString(36)` makes a text. */
const shaped = (found: Guess | undefined, how: t.Node | undefined): Guess | undefined =>
  found === undefined || how === undefined ? found : { ...found, bare: false };

const isHash = (node: t.Node): boolean => /(?:^|\.)createHash$/.test(calleeName(node) ?? "");

function disguised(node: t.Node, where: Where): Guess | undefined {
  const found = guess(node, where);
  return found === undefined ? undefined : { ...found, disguised: true, bare: false };
}

/** `Array.from({ length: 6 }, () => sign())`, `[...Array(6)].map(() => sign())`. */
function eachOf(fn: t.Node | undefined, where: Where): Guess | undefined {
  return isFunction(fn) ? ofReturned(fn, { ...where, isSign: true }) : undefined;
}

/** A function of the project, in whichever file: `makeId(20)`. */
function ofOwn(node: t.CallExpression, where: Where): Guess | undefined {
  const called = where.program.valueAt(where.module, node.callee);
  if (called.k !== "fn") return undefined;
  const inner = { ...where, module: called.module, depth: where.depth + 2 };
  return ofReturned(called.node, { ...inner, given: givenBy(node, called.node, where) });
}

const givenBy = (
  { arguments: given }: t.CallExpression,
  { params }: FunctionNode,
  where: Where,
): ReadonlyMap<string, Guess | undefined> =>
  new Map(
    params.flatMap((param, at) => {
      const value = given[at];
      return param.type === "Identifier" && value !== undefined
        ? [[param.name, guess(value, { ...where, depth: where.depth + 1 })]]
        : [];
    }),
  );

export function ofReturned(fn: FunctionNode, where: Where): Guess | undefined {
  const { through = [] } = where;
  if (through.includes(fn)) return undefined;
  const inner = { ...where, through: [...through, fn] };
  const values = returnedValues(fn);
  const [only] = values;
  if (only === fn.body) return guess(only, inner);
  return values.length === 0 ? undefined : all(fn, values, inner);
}
