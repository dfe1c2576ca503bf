import type { Module } from "../../model/module.ts";
import { walk, type t } from "../../parse/ast.ts";
import { containsRequestData } from "./built-values.ts";
import { sourceText, type HandlerNames } from "./nodes.ts";
import { isTestedBefore } from "./tested.ts";

/**
 * Whether something asks, before the node, what a text is made of: `name` of `" ORDER BY " + name`, where the function has
 * refused what is no column. What did not come with the request may be asked about as much as it likes.
 */
export function isPieceTested(value: t.Node, node: t.Node, module: Module, handler: HandlerNames): boolean {
  let isAsked = isTestedBefore(module, node, sourceText(module, value), handler);
  walk(value, (one) => {
    if (isAsked || (one.type !== "Identifier" && one.type !== "MemberExpression")) return !isAsked;
    if (containsRequestData(one, handler) === undefined) return true;
    isAsked = isTestedBefore(module, node, sourceText(module, one), handler);
    return false;
  });
  return isAsked;
}
