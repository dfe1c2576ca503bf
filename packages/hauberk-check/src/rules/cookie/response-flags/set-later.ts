import { inProduction } from "../../../model/alternatives.ts";
import { isKnown } from "../../../model/values.ts";
import { ancestors, enclosingFunction, isFunction, walk, type t } from "../../../parse/ast.ts";
import { keyName, sourceText } from "../../kit/nodes.ts";
import type { NodeContext } from "../../rule.ts";

/**
 * `if (process.env.NODE_ENV === "production") options.secure = true`, above the call in the same function: the flags of the
 * object in a variable that are set after it was written, as far as production comes by there.
 */
export function flagsSetLater(options: t.Node | undefined, context: NodeContext): ReadonlySet<string> {
  const flags = new Set<string>();
  const fn = options === undefined ? undefined : enclosingFunction(options);
  if (options?.type !== "Identifier" || fn === undefined) return flags;
  if (!sourceText(context.module, fn).includes(`${options.name}.`)) return flags;
  walk(fn.body, (node) => {
    if (isFunction(node)) return false;
    if (node.type !== "AssignmentExpression" || node.left.type !== "MemberExpression") return true;
    const { object, property } = node.left;
    const isOfIt = object.type === "Identifier" && object.name === options.name;
    if (!isOfIt || (node.end ?? 0) > (options.start ?? 0)) return true;
    if (isPassed(node, options, context) && !isKnown(inProduction(context.value(node.right)), false))
      flags.add(keyName(property));
    return true;
  });
  return flags;
}

/** Whether production comes by: every condition on the way that the call does not have is met there. */
function isPassed(node: t.Node, call: t.Node, context: NodeContext): boolean {
  const shared = new Set<t.Node>(ancestors(call));
  let inner = node;
  for (const up of ancestors(node)) {
    if (shared.has(up)) return true;
    const isMet =
      up.type === "IfStatement"
        ? isKnown(inProduction(context.value(up.test)), up.consequent === inner) ||
          (up.consequent === inner && SECURE.test(sourceText(context.module, up.test)))
        : /^(?:Block|Expression)Statement$/.test(up.type);
    if (!isMet) return false;
    inner = up;
  }
  return true;
}

/** Where the connection or a setting says that it is HTTPS. */
const SECURE =
  /^[\w.]*(?:\bsecure|https|isProd(?:uction)?)\b|(?<![!=])===?\s*["'](?:prod(?:uction)?|https)["']/i;
