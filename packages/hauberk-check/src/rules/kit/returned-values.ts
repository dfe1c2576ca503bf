import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import type { Site } from "../../model/values.ts";
import { isFunction, walk, type FunctionNode, type t } from "../../parse/ast.ts";
import type { Held } from "./held.ts";
import type { HandlerNames } from "./nodes.ts";

/** One expression that a function of the project gives back, and what its names hold for one call of it. */
export interface Returned {
  readonly value: t.Node;
  readonly handler: HandlerNames;
  readonly module: Module;
}

/** What of the request one call puts into the parameters of a function. */
export type GivenBy = (fn: FunctionNode, call: Site, program: Program) => ReadonlyMap<string, Held>;

/** What a function gives back: an arrow's expression, or what stands behind each `return` of its own. */
export function returnedValues(fn: FunctionNode): readonly t.Node[] {
  if (fn.body.type !== "BlockStatement") return [fn.body];
  const found: t.Node[] = [];
  walk(fn.body, (node) => {
    if (node.type === "ReturnStatement" && node.argument) found.push(node.argument);
    return !isFunction(node);
  });
  return found;
}
