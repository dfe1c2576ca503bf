import { isFunction, walk, type t } from "../../../parse/ast.ts";
import type { RequestPart } from "../../kit/held.ts";
import { containsRequestData } from "../../kit/built-values.ts";
import type { HandlerNames } from "../../kit/nodes.ts";

/** The part of the request that a call is given anything of: in its text, in a list of values, in a filter. */
export function partGiven(call: t.CallExpression, handler: HandlerNames): RequestPart | undefined {
  for (const one of call.arguments) {
    const found = partInside(one, handler);
    if (found !== undefined) return found;
  }
  // `User.findOne({ name }).exec(callback)`
  return call.callee.type === "MemberExpression" && call.callee.object.type === "CallExpression"
    ? partGiven(call.callee.object, handler)
    : undefined;
}

/** The part of the request that stands anywhere in an expression, whatever is made of it. */
export function partInside(root: t.Node, handler: HandlerNames): RequestPart | undefined {
  let found: RequestPart | undefined;
  walk(root, (node) => {
    if (found !== undefined || isFunction(node)) return false;
    found = containsRequestData(node, handler);
    return found === undefined;
  });
  return found;
}
