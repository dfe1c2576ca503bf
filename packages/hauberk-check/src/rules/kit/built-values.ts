import { walk, type FunctionNode, type t } from "../../parse/ast.ts";
import type { HandlerNames } from "./nodes.ts";
import { isAsked, requestData, type RequestPart } from "./request-data.ts";

/** The text or path that a variable of the function is made to hold once, and never again: `const q = "..." + name`. */
export function builtAs(name: string, { fn }: HandlerNames): t.Node | undefined {
  let made = MADE.get(fn);
  if (made === undefined) {
    made = madeIn(fn);
    MADE.set(fn, made);
  }
  const only = made.get(name);
  return only !== undefined && BUILDERS.has(only.type) ? only : undefined;
}

const MADE = new WeakMap<FunctionNode, ReadonlyMap<string, t.Node | undefined>>();

/** What each variable is declared with; `undefined` for one that is declared twice or assigned to. */
function madeIn(fn: FunctionNode): ReadonlyMap<string, t.Node | undefined> {
  const made = new Map<string, t.Node | undefined>();
  walk(fn.body, (node) => {
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier")
      made.set(node.left.name, undefined);
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier")
      made.set(node.id.name, made.has(node.id.name) ? undefined : (node.init ?? node));
  });
  return made;
}

const BUILDERS: ReadonlySet<string> = new Set(["TemplateLiteral", "BinaryExpression", "CallExpression"]);

/** Whether an expression contains request data in a place that reaches the result unchanged. */
export function containsRequestData(
  node: t.Node,
  handler: HandlerNames,
  through: readonly string[] = [],
): RequestPart | undefined {
  const own = requestData(node, handler);
  if (own !== undefined) return own;
  switch (node.type) {
    case "Identifier":
      return throughVariable(node, handler, through);
    case "TemplateLiteral":
      return first(node.expressions, handler, through);
    case "BinaryExpression":
      return node.operator === "+" ? first([node.left, node.right], handler, through) : undefined;
    case "LogicalExpression":
      return first([node.left, node.right], handler, through);
    case "ConditionalExpression":
      return isAsked(node.test, node.consequent)
        ? containsRequestData(node.alternate, handler, through)
        : first([node.consequent, node.alternate], handler, through);
    case "CallExpression":
      if (node.callee.type === "Identifier")
        return /^(?:join|resolve)$/.test(node.callee.name)
          ? first(node.arguments, handler, through)
          : undefined;
      return node.callee.type === "MemberExpression" &&
        node.callee.property.type === "Identifier" &&
        (/^(?:concat|trim|toString|join|resolve)$/.test(node.callee.property.name) ||
          listsContent(node.callee))
        ? first([node.callee.object, ...node.arguments], handler, through)
        : undefined;
    default:
      return undefined;
  }
}

/** `Object.keys(req.body)`: names are as much the client's as values are. */
const listsContent = ({ object, property }: t.MemberExpression): boolean =>
  object.type === "Identifier" &&
  object.name === "Object" &&
  property.type === "Identifier" &&
  /^(?:keys|values)$/.test(property.name);

/**
 * `const file = `../${req.query.name}`; join(folder, file)`: what a variable was made of. Those that were looked `through`
 * are not looked through again: `a = b + 1, b = a + 1` ends.
 */
function throughVariable(
  { name }: t.Identifier,
  handler: HandlerNames,
  through: readonly string[],
): RequestPart | undefined {
  const built = through.includes(name) ? undefined : builtAs(name, handler);
  return built === undefined ? undefined : containsRequestData(built, handler, [...through, name]);
}

function first(
  nodes: readonly t.Node[],
  handler: HandlerNames,
  through: readonly string[],
): RequestPart | undefined {
  for (const one of nodes) {
    const found = containsRequestData(one, handler, through);
    if (found !== undefined) return found;
  }
  return undefined;
}
