import { alternatives } from "../../../model/alternatives.ts";
import type { Fn } from "../../../model/values.ts";
import type { t } from "../../../parse/ast.ts";
import { sourceText } from "../../kit/nodes.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import type { NodeContext } from "../../rule.ts";

/** `userService.findOne({ email })`: what the project's own method makes of it is seen there, unless it hands all of it on. */
export function isOwnMethod(node: t.CallExpression, { value }: NodeContext): boolean {
  const called = alternatives(value(node.callee));
  return called.length > 0 && called.every((one) => one.k === "fn" && !handsOn(one));
}

/** `find(filter, options) { return this.collection.find(filter); }` */
function handsOn({ node, module }: Fn): boolean {
  const [param] = node.params;
  const given = param?.type === "AssignmentPattern" ? param.left : param;
  // `String(id)` makes a text of it.
  const text = sourceText(module, node.body).replace(CASTS, "");
  if (given?.type === "RestElement" || /\bsuper\b|\barguments\b/.test(text)) return true;
  return (
    given?.type === "Identifier" &&
    new RegExp(String.raw`[(,]\s*(?:\.{3})?${escapeForPattern(given.name)}(?:\s*[,)]|\s*\|\|)`).test(text)
  );
}

const CASTS = /\b(?:String|Number|Boolean|parseInt|parseFloat)\(/g;
