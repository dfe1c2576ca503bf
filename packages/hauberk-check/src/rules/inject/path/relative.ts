import type { Module } from "../../../model/module.ts";
import { walk, type FunctionNode, type Node, type t } from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { calleeName, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { isTestedBefore } from "../../kit/tested.ts";

/** `const below = path.relative(folder, file); if (below.startsWith("..")) ...`: who asks about the way there asks about the file. */
export function isAskedRelatively(path: t.Node, node: Node, handler: HandlerNames, module: Module): boolean {
  const text = sourceText(module, path);
  return waysIn(handler.fn).some(
    ({ name, to }) => sourceText(module, to) === text && isTestedBefore(module, node, name, handler),
  );
}

interface Way {
  readonly name: string;
  readonly to: t.Node;
}

const waysIn = remembered((fn: FunctionNode): readonly Way[] => {
  const found: Way[] = [];
  walk(fn.body, (one) => {
    if (one.type !== "VariableDeclarator" || one.id.type !== "Identifier") return;
    const { init } = one;
    if (init?.type !== "CallExpression" || !/(?:^|\.)relative$/.test(calleeName(init) ?? "")) return;
    const [, to] = init.arguments;
    if (to !== undefined) found.push({ name: one.id.name, to });
  });
  return found;
});
