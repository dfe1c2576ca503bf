import { isFunction, parentOf, type FunctionNode, type t } from "../../parse/ast.ts";
import type { Site } from "../../model/values.ts";
import type { Held } from "./held.ts";

export { sourceText } from "../../model/module.ts";

/** Twenty rules ask for the name of a call, and then for the handler around it, one after the other. */
const lastCallee: { node?: t.Node; name?: string | undefined } = {};
const lastHandler: { node?: t.Node; handler?: HandlerNames | undefined } = {};

/** The callee as written, when it is a plain chain of names: `process.setuid`, `res.redirect`. */
export function calleeName(node: t.Node): string | undefined {
  if (
    node.type !== "CallExpression" &&
    node.type !== "OptionalCallExpression" &&
    node.type !== "NewExpression"
  )
    return undefined;
  if (lastCallee.node !== node) {
    lastCallee.name = dotted(node.callee);
    lastCallee.node = node;
  }
  return lastCallee.name;
}

/**
 * The callee as written, whatever it is: `res.redirect`; `?.send` of `res.status(404).send`, whose holder has no plain name; `fs.readFile` of
 * `require("fs").readFile`; `?` for what has no name at all.
 */
export function calleeAsWritten(node: t.Node): string {
  const name = calleeName(node);
  if (name !== undefined) return name;
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return "?";
  const { object, property } = node.callee;
  const [from] = callArguments(object);
  const holder =
    calleeName(object) === "require" && from?.type === "StringLiteral"
      ? from.value.replace(/^node:/, "")
      : "?";
  return `${holder}.${keyName(property)}`;
}

export function dotted(node: t.Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type === "ThisExpression") return "this";
  // `(0, fs_1.readFile)(...)` of compilers.
  if (node.type === "SequenceExpression") return isZero(node.expressions[0]) ? lastName(node) : undefined;
  if (node.type === "TSNonNullExpression" || node.type === "TSAsExpression") return dotted(node.expression);
  if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") return undefined;
  const holder = dotted(node.object);
  if (holder === undefined) return undefined;
  if (!node.computed && node.property.type === "Identifier") return `${holder}.${node.property.name}`;
  return node.computed && node.property.type === "StringLiteral"
    ? `${holder}.${node.property.value}`
    : undefined;
}

const isZero = (node: t.Node | undefined): boolean => node?.type === "NumericLiteral" && node.value === 0;

function lastName({ expressions: [, called, more] }: t.SequenceExpression): string | undefined {
  return called === undefined || more !== undefined ? undefined : dotted(called);
}

/** `users` of `users[0].name`. */
export function rootIdentifier(node: t.Node): t.Identifier | undefined {
  if (node.type === "Identifier") return node;
  return node.type === "MemberExpression" ? rootIdentifier(node.object) : undefined;
}

export function callArguments(node: t.Node): readonly t.Node[] {
  return node.type === "CallExpression" ||
    node.type === "OptionalCallExpression" ||
    node.type === "NewExpression"
    ? node.arguments
    : [];
}

/** The name of a property as written; "" for one that is computed. */
export const keyName = (key: t.Node): string =>
  key.type === "Identifier" ? key.name : key.type === "StringLiteral" ? key.value : "";

/** The header that `req.get("X-Role")` and `req.header("X-Role")` read, as it is written. */
export function headerAsked(node: t.Node): string | undefined {
  const [header] = callArguments(node);
  return /\.(?:get|header)$/.test(calleeName(node) ?? "") && header?.type === "StringLiteral"
    ? header.value
    : undefined;
}

/** The text of a literal, in quotes or in backticks; `undefined` where a value is put in. */
export function plainText(node: t.Node): string | undefined {
  if (node.type === "StringLiteral") return node.value;
  return node.type === "TemplateLiteral" && node.expressions.length === 0
    ? (node.quasis[0]?.value.cooked ?? undefined)
    : undefined;
}

export interface HandlerNames {
  readonly fn: FunctionNode;
  readonly req: string;
  readonly res: string;
  /** For a function that handlers hand request data to: what its parameters hold, `filter.name` among them. */
  readonly given?: ReadonlyMap<string, Held>;
  /** The calls that do. */
  readonly from?: readonly Site[];
  /** Where something was put that it reads: into a field of its object, or into the request. */
  readonly keptAt?: readonly { readonly at: Site; readonly message: string }[];
  /** It is a request handler all the same, and earlier ones have left something for it: `req.docName`. */
  readonly isRoute?: true;
}

/** Whether it is no request handler, and holds what others hand over. */
export const isHelper = ({ given, isRoute }: HandlerNames): boolean =>
  given !== undefined && isRoute !== true;

const REQ = /^_?(?:req|request)$/;
const RES = /^_?(?:res|response|resp|reply)$/;

/** `(req, callback)` answers a request of something else than a browser. */
const CALLBACK = /^(?:callback|cb|done|resolve)$/;

/** The request handler a node stands in, by the names Express code gives its parameters. */
export function handlerAround(node: t.Node): HandlerNames | undefined {
  if (lastHandler.node !== node) {
    lastHandler.handler = nearestHandler(node);
    lastHandler.node = node;
  }
  return lastHandler.handler;
}

function nearestHandler(node: t.Node): HandlerNames | undefined {
  for (let up = parentOf(node); up !== undefined; up = parentOf(up)) {
    if (!isFunction(up)) continue;
    const names = up.params.map((param) => (param.type === "Identifier" ? param.name : ""));
    const res = names.find((name) => RES.test(name));
    const req = names.find((name) => REQ.test(name));
    if (req !== undefined && (res !== undefined || (!isOutgoing(up, req) && !CALLBACK.test(names[1] ?? ""))))
      return { fn: up, req, res: res ?? "" };
    if (res !== undefined && takesRequestApart(up)) return { fn: up, req: "", res };
  }
  return undefined;
}

/** `({ body, query }, res) => ...`: there is no name for the request itself. */
function takesRequestApart(fn: FunctionNode): boolean {
  const [param] = fn.params;
  return (
    param?.type === "ObjectPattern" &&
    param.properties.some(
      (one) =>
        one.type === "ObjectProperty" &&
        one.key.type === "Identifier" &&
        /^(?:body|query|params|headers|cookies)$/.test(one.key.name),
    )
  );
}

/** `request` without a response beside it is as often a request this code makes, or a message of another protocol. */
function isOutgoing(fn: FunctionNode, req: string): boolean {
  if (!req.endsWith("request")) return false;
  const param = fn.params.find((one) => one.type === "Identifier" && one.name === req);
  return param?.type !== "Identifier" || param.typeAnnotation === null || param.typeAnnotation === undefined;
}

/** Whether a function is left there: `return ...`, `throw ...`, or a block with one of them. */
export const leaves = (node: t.Statement): boolean =>
  node.type === "ReturnStatement" ||
  node.type === "ThrowStatement" ||
  (node.type === "BlockStatement" && node.body.some(leaves));

/** All calls of `User.find().sort("name").lean()`, the last one first. */
export function chainedCalls(call: t.CallExpression): readonly t.CallExpression[] {
  const inner = call.callee.type === "MemberExpression" ? call.callee.object : undefined;
  return inner?.type === "CallExpression" ? [call, ...chainedCalls(inner)] : [call];
}

/** Whether a node is another one or stands in it, in the same file. */
export const contains = (outer: t.Node, inner: t.Node): boolean =>
  (outer.start ?? 0) <= (inner.start ?? 0) && (inner.end ?? 0) <= (outer.end ?? 0);

/** The expression that a statement or the body of an arrow function is; nothing for `return;`. */
export const saidBy = (node: t.Node): t.Node | undefined =>
  node.type === "ExpressionStatement"
    ? node.expression
    : node.type === "ReturnStatement"
      ? (node.argument ?? undefined)
      : node;
