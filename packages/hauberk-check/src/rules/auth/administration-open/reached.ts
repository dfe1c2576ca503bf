import { alternatives } from "../../../model/alternatives.ts";
import type { Program } from "../../../model/program.ts";
import type { Fn } from "../../../model/values.ts";
import { walk, type FunctionNode } from "../../../parse/ast.ts";
import { sourceText } from "../../kit/nodes.ts";

/** `controller -> service -> repository`. */
const MAX_HOPS = 2;
const MAX_FUNCTIONS = 12;

/** The text of a handler, with that of the project's functions which it calls for what it does. */
export function reachedFrom(handler: Fn, program: Program): string {
  const seen = new Set<FunctionNode>([handler.node]);
  const texts: string[] = [];
  let level: readonly Fn[] = [handler];
  for (let hop = 0; hop <= MAX_HOPS && level.length > 0; hop += 1) {
    for (const { module, node } of level) texts.push(sourceText(module, node));
    level = hop === MAX_HOPS ? [] : level.flatMap((fn) => calledBy(fn, seen, program));
  }
  return texts.join("\n");
}

function calledBy({ module, node: fn }: Fn, seen: Set<FunctionNode>, program: Program): readonly Fn[] {
  const found: Fn[] = [];
  walk(fn.body, (node) => {
    if (node.type !== "CallExpression" || seen.size > MAX_FUNCTIONS) return;
    const { callee } = node;
    if (callee.type !== "Identifier" && callee.type !== "MemberExpression") return;
    for (const one of alternatives(program.valueAt(module, callee))) {
      if (one.k !== "fn" || seen.has(one.node)) continue;
      seen.add(one.node);
      found.push(one);
    }
  });
  return found;
}
