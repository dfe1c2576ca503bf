import {
  ancestors,
  enclosingFunction,
  isFunction,
  type FunctionNode,
  type Node,
  type t,
} from "../../../parse/ast.ts";
import { dataAround, handedOverAt } from "../../kit/handed-over.ts";
import { callArguments, dotted, sourceText } from "../../kit/nodes.ts";
import { requestData, rawRequestData } from "../../kit/request-data.ts";
import { namesOf } from "../../kit/function-names.ts";
import { isTestedBefore } from "../../kit/tested.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "input/prototype-pollution",
  title: "Request data can change every object",
  severity: "high",
  confidence: "medium",
  cwe: [1321],
  asvs: ["15.3.6"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: '`{"__proto__": {"isAdmin": true}}` gives every object of the process that property, until it is restarted.',
  fix: "Refuse the keys `__proto__`, `constructor` and `prototype`, or keep what clients name in a Map or in `Object.create(null)`.",
  visit: { CallExpression: checkMerge, AssignmentExpression: checkAssignment },
});

/** `merge(target[key], source[key])` in the loop over the keys of the request, inside `merge` itself. */
function checkMerge(node: Node, context: NodeContext): void {
  if (node.type !== "CallExpression") return;
  const [target, source] = node.arguments;
  if (target?.type !== "MemberExpression" || source?.type !== "MemberExpression") return;
  if (!target.computed || !source.computed || target.property.type !== "Identifier") return;
  if (dotted(source.property) !== target.property.name || target.object.type !== "Identifier") return;
  const fn = itself(node, context);
  const handler = fn === undefined ? undefined : dataAround(node, context);
  if (fn === undefined || handler?.fn !== fn || source.object.type !== "Identifier") return;
  const part = rawRequestData(source.object, handler);
  // The parser of addresses drops `__proto__`, and a text has no keys.
  if (part === undefined || /^(?:query|params|files)$/.test(part)) return;
  const text = sourceText(context.module, fn).replaceAll(/\s+/g, " ");
  if (refuses(text) || isOwnOf(target.object.name, text)) return;
  context.report({
    at: { module: context.module, node },
    message: "A merge that takes every key is given what the client sent.",
    related: handedOverAt(handler),
  });
}

/** The function that a call stands in and calls again. */
function itself(node: t.CallExpression, { module, program }: NodeContext): FunctionNode | undefined {
  const called = dotted(node.callee)?.split(".").at(-1);
  if (called === undefined) return undefined;
  return ancestors(node)
    .filter(isFunction)
    .find((fn) => namesOf(fn, module, program).includes(called));
}

/** A key is asked for, by its name or by a function or a list that says what it is about. */
const refuses = (text: string): boolean =>
  /__proto__|["'`](?:constructor|prototype)["'`]|create\(null\)|safe|forbid|block|danger|deny|denied|reserved|allow|polluti|\bschema/i.test(
    text,
  );

/** That the source has a key of its own is no test; that the target has it is one. */
const isOwnOf = (target: string, text: string): boolean =>
  [
    `${target}.hasOwnProperty(`,
    `hasOwnProperty.call(${target},`,
    `hasOwn(${target},`,
    `Object.keys(${target})`,
  ].some((one) => text.includes(one));

/** `settings[req.body.group][req.body.name] = value`. */
function checkAssignment(node: Node, context: NodeContext): void {
  if (node.type !== "AssignmentExpression" || node.left.type !== "MemberExpression") return;
  const { object, property, computed } = node.left;
  if (!computed || object.type !== "MemberExpression" || !object.computed) return;
  if (property.type.endsWith("Literal") || object.property.type.endsWith("Literal")) return;
  const handler = dataAround(node, context);
  if (handler === undefined) return;
  const keys = [object.property, property];
  if (keys.some((one) => requestData(one, handler) === undefined)) return;
  const { module } = context;
  if (keys.some((one) => isTestedBefore(module, node, sourceText(module, one), handler))) return;
  const fn = enclosingFunction(node);
  if (fn === undefined || refuses(sourceText(module, fn)) || isWithoutPrototype(object.object, context))
    return;
  context.report({
    at: { module, node },
    message: "The client names both keys: `__proto__` and any other.",
    related: handedOverAt(handler),
  });
}

/** `const settings = Object.create(null)`. */
function isWithoutPrototype(holder: t.Node, { module }: NodeContext): boolean {
  const name = dotted(holder);
  return (
    name === undefined ||
    callArguments(holder).length > 0 ||
    module.text.includes(`${name} = Object.create(null)`) ||
    name.startsWith("req.")
  );
}
