import { viewsOf } from "../../engine/views.ts";
import type { Program } from "../../model/program.ts";
import type { FunctionNode } from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";

/** The methods of the routes that a function of the project was seen to answer; empty for one that no route is known of. */
export const methodsOf = (fn: FunctionNode, program: Program): ReadonlySet<string> =>
  methodsByFunction(program).get(fn) ?? NONE;

const NONE: ReadonlySet<string> = new Set();

const methodsByFunction = remembered((program: Program): ReadonlyMap<FunctionNode, ReadonlySet<string>> => {
  const all = new Map<FunctionNode, Set<string>>();
  for (const { method, parts } of viewsOf(program).flatMap((view) => view.endpoints))
    for (const { fn } of parts) {
      if (fn === undefined) continue;
      const methods = all.get(fn.node) ?? new Set();
      all.set(fn.node, methods.add(method));
    }
  return all;
});
