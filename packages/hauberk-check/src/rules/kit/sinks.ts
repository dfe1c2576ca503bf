import type { Node, t } from "../../parse/ast.ts";
import type { NodeContext } from "../rule.ts";
import { callArguments, calleeName, handlerAround, sourceText, type HandlerNames } from "./nodes.ts";
import { builtAs, containsRequestData } from "./built-values.ts";
import { isTestedBefore } from "./tested.ts";

export interface Sink {
  readonly callee: RegExp;
  /** Which argument is dangerous; -1 is the last. @default 0 */
  readonly at?: number;
  /** The module must mention this. */
  readonly needs?: RegExp;
}

/** Request data that reaches a dangerous argument within one function, unchanged and untested. */
export function checkSink(
  node: Node,
  context: NodeContext,
  sinks: readonly Sink[],
  found: (argument: t.Node, handler: HandlerNames, source: string) => void,
): void {
  const name = calleeName(node) ?? methodName(node);
  if (name === undefined) return;
  const sink = sinkNamed(name, sinks, context);
  const argument = sink === undefined ? undefined : callArguments(node).at(sink.at ?? 0);
  if (argument !== undefined) checkArgument(node, argument, context, found);
}

/** Asked for every call there is, and nearly always in vain. */
function sinkNamed(name: string, sinks: readonly Sink[], { module }: NodeContext): Sink | undefined {
  for (let i = 0; i < sinks.length; i += 1) {
    const one = sinks[i];
    if (one?.callee.test(name) === true && (one.needs === undefined || one.needs.test(module.text)))
      return one;
  }
  return undefined;
}

/** The same for one argument that the rule has found itself. */
export function checkArgument(
  node: Node,
  given: t.Node,
  context: NodeContext,
  found: (argument: t.Node, handler: HandlerNames, source: string) => void,
): void {
  if (given.type === "StringLiteral" || given.type === "NumericLiteral") return;
  const handler = handlerAround(node);
  if (handler === undefined) return;
  const built = given.type === "Identifier" ? builtAs(given.name, handler) : undefined;
  const argument = built ?? given;
  const source = containsRequestData(argument, handler);
  if (source === undefined) return;
  if (built !== undefined && isTestedBefore(context.module, node, sourceText(context.module, given))) return;
  if (isTestedBefore(context.module, node, dataText(context, argument, handler))) return;
  found(argument, handler, source);
}

function dataText(context: NodeContext, argument: t.Node, handler: HandlerNames): string {
  return sourceText(context.module, dataOf(argument, handler));
}

/** The piece that came with the request, however deep it stands: `name` of `join(folder, `${name}.json`)`. */
function dataOf(argument: t.Node, handler: HandlerNames): t.Node {
  const parts = partsOf(argument);
  const data = parts.find((one) => containsRequestData(one, handler) !== undefined);
  return data === undefined || data === argument ? argument : dataOf(data, handler);
}

function partsOf(argument: t.Node): readonly t.Node[] {
  if (argument.type === "TemplateLiteral") return argument.expressions;
  if (argument.type === "CallExpression") return argument.arguments;
  if (argument.type === "BinaryExpression" && argument.left.type !== "PrivateName")
    return [argument.left, argument.right];
  return [argument];
}

/** `getDb().query(...)`: the method's name, when the holder is no plain name; `require("fs").readFile` is `fs.readFile`. */
function methodName(node: t.Node): string | undefined {
  if (
    node.type !== "CallExpression" ||
    node.callee.type !== "MemberExpression" ||
    node.callee.property.type !== "Identifier"
  )
    return undefined;
  const { object, property } = node.callee;
  const [from] = callArguments(object);
  return calleeName(object) === "require" && from?.type === "StringLiteral"
    ? `${from.value.replace(/^node:/, "")}.${property.name}`
    : `?.${property.name}`;
}
