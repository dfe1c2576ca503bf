import { enclosingFunction, type Node, type t } from "../../../parse/ast.ts";
import { dataAround, handedOverAt } from "../../kit/handed-over.ts";
import { callArguments, dotted, sourceText } from "../../kit/nodes.ts";
import { requestData } from "../../kit/request-data.ts";
import { isTestedBefore } from "../../kit/tested.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { checkMerge } from "./merges.ts";
import { checkPackage } from "./packages.ts";
import { checkPath } from "./paths.ts";
import { refusesKeys } from "./refused-keys.ts";

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
  visit: { CallExpression: checkCall, AssignmentExpression: checkAssignment },
});

function checkCall(node: Node, context: NodeContext): void {
  if (node.type !== "CallExpression") return;
  checkMerge(node, context);
  checkPackage(node, context);
}

/** `settings[req.body.group][req.body.name] = value`. */
function checkAssignment(node: Node, context: NodeContext): void {
  if (node.type !== "AssignmentExpression" || node.left.type !== "MemberExpression") return;
  checkPath(node, context);
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
  if (fn === undefined || refusesKeys(sourceText(module, fn)) || isWithoutPrototype(object.object, context))
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
