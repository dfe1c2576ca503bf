import type { Module } from "../../../model/module.ts";
import { ancestors, isFunction, walk, type t } from "../../../parse/ast.ts";
import { keyName, sourceText, type HandlerNames } from "../../kit/nodes.ts";

/**
 * `if (env !== "development") delete body.stack` above the answer: whether each key of the object that `isShown` asks for is
 * taken out again, always or where a condition that is `about` the environment says so.
 */
export function isTakenOut(
  held: { readonly name: t.Identifier; readonly made: t.Node },
  { fn }: HandlerNames,
  module: Module,
  { isShown, about }: { readonly isShown: (value: t.Node) => boolean; readonly about: RegExp },
): boolean {
  const { name, made } = held;
  if (made.type !== "ObjectExpression" || !sourceText(module, fn).includes("delete ")) return false;
  const keys = made.properties
    .filter((one) => isShown(one))
    .map((one) => (one.type === "ObjectProperty" && !one.computed ? keyName(one.key) : ""));
  const deleted = new Set<string>();
  walk(fn.body, (node) => {
    if (isFunction(node)) return false;
    if (node.type !== "UnaryExpression" || node.operator !== "delete") return true;
    const { argument } = node;
    const isOfIt =
      argument.type === "MemberExpression" &&
      argument.object.type === "Identifier" &&
      argument.object.name === name.name;
    if (isOfIt && (node.end ?? 0) < (name.start ?? 0) && isDecidedBy(node, name, module, about))
      deleted.add(keyName(argument.property));
    return true;
  });
  return keys.length > 0 && keys.every((key) => key !== "" && deleted.has(key));
}

/** Every condition that the deletion has and the answer has not. */
function isDecidedBy(node: t.Node, answer: t.Node, module: Module, about: RegExp): boolean {
  const shared = new Set<t.Node>(ancestors(answer));
  return ancestors(node).every(
    (up) =>
      shared.has(up) ||
      /^(?:Block|Expression)Statement$/.test(up.type) ||
      (up.type === "IfStatement" && about.test(sourceText(module, up.test))),
  );
}
