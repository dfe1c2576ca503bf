import { alternatives } from "../../model/alternatives.ts";
import type { Program } from "../../model/program.ts";
import type { Fn, Site } from "../../model/values.ts";
import type { FunctionNode, t } from "../../parse/ast.ts";
import { arePiecesAsked } from "./asked.ts";
import { piecesOf } from "./built-values.ts";
import type { Held } from "./held.ts";
import { fieldsOfInstance, isOfObject } from "./held-fields.ts";
import { returnedByClosure } from "./closures.ts";
import { callArguments, type HandlerNames } from "./nodes.ts";
import { promiseBehind } from "./promises.ts";
import { returnedValues, type GivenBy, type Returned } from "./returned-values.ts";

/** `buildPath(req)` and `nameOf(req.query)`: what the function makes of what this call gives it. */
export function returnedFor(
  call: Site,
  handler: HandlerNames,
  program: Program,
  givenBy: GivenBy,
): readonly Returned[] {
  const { node, module } = call;
  if (node.type !== "CallExpression" && node.type !== "OptionalCallExpression") return [];
  const ofClosure = returnedByClosure(call, handler, program, givenBy);
  if (ofClosure.length > 0) return ofClosure;
  const given = callArguments(node);
  // Most calls are given nothing of the request, and what they call need not be looked for.
  const isWritten = given.every((one) => one.type === "StringLiteral" || one.type === "NumericLiteral");
  if (isWritten && !isOfObject(node)) return [];
  const called = program.valueAt(module, node.callee);
  return alternatives(called).flatMap((one) =>
    one.k === "fn" ? ofFunction(one, call, handler, (fn, at) => givenBy(fn, at, program)) : [],
  );
}

function ofFunction(
  { node: fn, module }: Fn,
  call: Site,
  handler: HandlerNames,
  givenTo: (fn: FunctionNode, call: Site) => ReadonlyMap<string, Held>,
): readonly Returned[] {
  if (fn.generator === true) return [];
  const values = returnedValues(fn);
  const own = takesRequest(fn, call.node, handler);
  if (own !== undefined) return values.map((value) => ({ value, handler: own, module }));
  const fields = fieldsOfInstance(fn, call, handler, module, givenTo);
  const held = new Map([...givenTo(fn, call), ...fields]);
  const inner = { fn, req: "", res: "", given: held, from: [call] };
  return held.size === 0 ? [] : values.map((value) => ({ value, handler: inner, module }));
}

/** `buildPath(req)`, whatever the function calls it. */
function takesRequest(fn: Fn["node"], call: t.Node, { req }: HandlerNames): HandlerNames | undefined {
  if (req === "") return undefined;
  const at = callArguments(call).findIndex((one) => one.type === "Identifier" && one.name === req);
  const param = fn.params[at];
  return param?.type === "Identifier" ? { fn, req: param.name, res: "" } : undefined;
}

/** Whether the call's result is the value itself, rather than a part of it. */
export function isResult(given: t.Node, call: t.Node, handler: HandlerNames): boolean {
  if (given === call) return true;
  if (given.type === "AwaitExpression") return isResult(given.argument, call, handler);
  const promise = given.type === "Identifier" ? promiseBehind(given) : undefined;
  if (promise !== undefined) return isResult(promise, call, handler);
  const [only, ...more] = given.type === "Identifier" ? piecesOf(given.name, handler) : [];
  return only !== undefined && more.length === 0 && isResult(only, call, handler);
}

/** The calls whose result is part of an expression as it is: of `join(folder, nameOf(req))` the inner one. */
export function callsIn(node: t.Node, handler: HandlerNames, depth = 0): readonly t.CallExpression[] {
  if (depth > MAX_DEPTH) return [];
  const look = (...nodes: readonly t.Node[]): readonly t.CallExpression[] =>
    nodes.flatMap((one) => callsIn(one, handler, depth + 1));
  switch (node.type) {
    case "CallExpression":
      return PASSES_ON.test(methodOf(node)) ? look(...node.arguments) : [node];
    case "Identifier": {
      const promise = promiseBehind(node);
      if (promise !== undefined) return look(promise);
      const pieces = piecesOf(node.name, handler);
      return pieces.length > MAX_PIECES ? [] : look(...pieces);
    }
    case "AwaitExpression":
      return look(node.argument);
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSSatisfiesExpression":
      return look(node.expression);
    case "TemplateLiteral":
      return look(...node.expressions);
    case "BinaryExpression":
      return node.operator === "+" ? look(node.left, node.right) : [];
    case "LogicalExpression":
      return look(node.left, node.right);
    case "ConditionalExpression":
      return arePiecesAsked(node.test, node.consequent)
        ? look(node.alternate)
        : look(node.consequent, node.alternate);
    default:
      return [];
  }
}

const MAX_DEPTH = 6;
const MAX_PIECES = 8;
const PASSES_ON = /^(?:join|resolve|String|concat)$/;

const methodOf = ({ callee }: t.CallExpression): string =>
  callee.type === "Identifier"
    ? callee.name
    : callee.type === "MemberExpression" && callee.property.type === "Identifier"
      ? callee.property.name
      : "";
