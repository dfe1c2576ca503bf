import type { Node, t } from "../../parse/ast.ts";
import type { NodeContext } from "../rule.ts";
import {
  callArguments,
  calleeName,
  containsRequestData,
  handlerAround,
  isTestedBefore,
  sourceText,
  type HandlerNames,
} from "./nodes.ts";

export interface Sink {
  readonly callee: RegExp;
  /** Which argument is dangerous. @default 0 */
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
  const sink = sinks.find(
    (one) => one.callee.test(name) && (one.needs === undefined || one.needs.test(context.module.text)),
  );
  const argument = sink === undefined ? undefined : callArguments(node)[sink.at ?? 0];
  if (argument === undefined) return;
  if (argument.type === "StringLiteral" || argument.type === "NumericLiteral") return;
  const handler = handlerAround(node);
  const source = handler === undefined ? undefined : containsRequestData(argument, handler);
  if (handler === undefined || source === undefined) return;
  if (isTestedBefore(context.module, node, dataText(context, argument, handler))) return;
  found(argument, handler, source);
}

function dataText(context: NodeContext, argument: t.Node, handler: HandlerNames): string {
  const parts =
    argument.type === "TemplateLiteral"
      ? argument.expressions
      : argument.type === "BinaryExpression" && argument.left.type !== "PrivateName"
        ? [argument.left, argument.right]
        : [argument];
  const data = parts.find((one) => containsRequestData(one, handler) !== undefined) ?? argument;
  return sourceText(context.module, data);
}

/** `getDb().query(...)`: the method's name, when the holder is no plain name. */
function methodName(node: t.Node): string | undefined {
  if (
    node.type !== "CallExpression" ||
    node.callee.type !== "MemberExpression" ||
    node.callee.property.type !== "Identifier"
  )
    return undefined;
  return `?.${node.callee.property.name}`;
}
