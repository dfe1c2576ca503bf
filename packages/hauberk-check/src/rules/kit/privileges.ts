import { codeOf, type Module } from "../../model/module.ts";
import { enclosingFunction, type FunctionNode, type Node, type t } from "../../parse/ast.ts";
import { calleeName, sourceText } from "./nodes.ts";

/** The calls that change who the process is, within one function (or the module's top level). */
export function privilegeCalls(
  module: Module,
  inside: FunctionNode | undefined,
  name: string,
): readonly Node[] {
  return (module.index.get("CallExpression") ?? []).filter(
    (node) => calleeName(node) === `process.${name}` && enclosingFunction(node) === inside,
  );
}

/** Everything written in the function around a node, or in the module when there is none. */
export function surroundingText(module: Module, node: t.Node): string {
  const fn = enclosingFunction(node);
  return fn === undefined ? codeOf(module) : sourceText(module, fn);
}

export const isFirst = (node: t.Node, all: readonly t.Node[]): boolean => all[0] === node;
