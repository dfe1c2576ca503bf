import { ancestors, isFunction, type FunctionNode, type Node, type t } from "../../../parse/ast.ts";
import { dataAround, handedOverAt, helperOf } from "../../kit/handed-over.ts";
import { dotted, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { rawRequestData } from "../../kit/request-data.ts";
import { namesOf } from "../../kit/function-names.ts";
import type { NodeContext } from "../../rule.ts";
import { refusesKeys } from "./refused-keys.ts";

/** `merge(target[key], source[key])` in the loop over the keys of the request, inside `merge` itself. */
export function checkMerge(node: Node, context: NodeContext): void {
  if (node.type !== "CallExpression") return;
  const target = targetOf(node.arguments[0]);
  const source = node.arguments[1];
  if (target === undefined || source === undefined) return;
  const fn = itself(node, context);
  const handler = fn === undefined ? undefined : givenTo(fn, node, context);
  if (fn === undefined || handler === undefined) return;
  const text = sourceText(context.module, fn).replaceAll(/\s+/g, " ");
  const from = sourceOf(source, target.key, text);
  const part = from === undefined ? undefined : rawRequestData(from, handler);
  // The parser of addresses drops `__proto__`, and a text has no keys.
  if (part === undefined || /^(?:query|params|files)$/.test(part)) return;
  if (refusesKeys(text) || isOwnOf(target.object, text)) return;
  context.report({
    at: { module: context.module, node },
    message: "A merge that takes every key is given what the client sent.",
    related: handedOverAt(handler),
  });
}

/** The object and the key of `target[key]`, also of `target[key] || {}` and `(target[key] ??= {})`. */
function targetOf(node: t.Node | undefined): { readonly object: string; readonly key: string } | undefined {
  if (node?.type === "LogicalExpression") return targetOf(node.left);
  if (node?.type === "AssignmentExpression") return targetOf(node.left);
  if (node?.type === "TSAsExpression") return targetOf(node.expression);
  if (node?.type !== "MemberExpression" || !node.computed) return undefined;
  const { object, property } = node;
  return object.type === "Identifier" && property.type === "Identifier"
    ? { object: object.name, key: property.name }
    : undefined;
}

/** `source[key]`, or the value that the loop gives together with this key. */
function sourceOf(node: t.Node, key: string, text: string): t.Node | undefined {
  if (node.type === "TSAsExpression") return sourceOf(node.expression, key, text);
  if (node.type === "MemberExpression")
    return node.computed && dotted(node.property) === key && node.object.type === "Identifier"
      ? node.object
      : undefined;
  if (node.type !== "Identifier") return undefined;
  const isOfKey = text.includes(`[${key}, ${node.name}]`) || text.includes(`${node.name} = `);
  return isOfKey ? node : undefined;
}

/** What calls hand over to the merge, wherever it stands. */
function givenTo(fn: FunctionNode, node: Node, context: NodeContext): HandlerNames | undefined {
  const around = dataAround(node, context);
  return around?.fn === fn ? around : helperOf(fn, context.module, context.program);
}

/** The function that a call stands in and calls again. */
function itself(node: t.CallExpression, { module, program }: NodeContext): FunctionNode | undefined {
  const called = dotted(node.callee)?.split(".").at(-1);
  if (called === undefined) return undefined;
  return ancestors(node)
    .filter(isFunction)
    .find((fn) => namesOf(fn, module, program).includes(called));
}

/** That the source has a key of its own is no test; that the target has it is one. */
const isOwnOf = (target: string, text: string): boolean =>
  [
    `${target}.hasOwnProperty(`,
    `hasOwnProperty.call(${target},`,
    `hasOwn(${target},`,
    `Object.keys(${target})`,
  ].some((one) => text.includes(one));
