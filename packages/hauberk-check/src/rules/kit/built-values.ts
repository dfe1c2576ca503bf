import { walk, type t } from "../../parse/ast.ts";
import type { HandlerNames } from "./nodes.ts";
import { isAsked, requestData, type RequestPart } from "./request-data.ts";

/** The text or path that a variable of the function is made to hold once, and never again: `const q = "..." + name`. */
export function builtAs(name: string, handler: HandlerNames): t.Node | undefined {
  const made: t.Node[] = [];
  walk(handler.fn.body, (node) => {
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier" && node.left.name === name)
      made.push(node, node);
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.id.name === name)
      made.push(node.init ?? node);
  });
  const [only] = made;
  return made.length === 1 && only !== undefined && BUILDERS.has(only.type) ? only : undefined;
}

const BUILDERS: ReadonlySet<string> = new Set(["TemplateLiteral", "BinaryExpression", "CallExpression"]);

/** Whether an expression contains request data in a place that reaches the result unchanged. */
export function containsRequestData(node: t.Node, handler: HandlerNames): RequestPart | undefined {
  const own = requestData(node, handler);
  if (own !== undefined) return own;
  switch (node.type) {
    case "Identifier":
      return throughVariable(node, handler);
    case "TemplateLiteral":
      return first(node.expressions, handler);
    case "BinaryExpression":
      return node.operator === "+" ? first([node.left, node.right], handler) : undefined;
    case "LogicalExpression":
      return first([node.left, node.right], handler);
    case "ConditionalExpression":
      return isAsked(node.test, node.consequent)
        ? containsRequestData(node.alternate, handler)
        : first([node.consequent, node.alternate], handler);
    case "CallExpression":
      if (node.callee.type === "Identifier")
        return /^(?:join|resolve)$/.test(node.callee.name) ? first(node.arguments, handler) : undefined;
      return node.callee.type === "MemberExpression" &&
        node.callee.property.type === "Identifier" &&
        (/^(?:concat|trim|toString|join|resolve)$/.test(node.callee.property.name) ||
          listsContent(node.callee))
        ? first([node.callee.object, ...node.arguments], handler)
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

/** Variables made of one another that are being looked through: `a = b + 1, b = a + 1` ends. */
const open = new Set<string>();

/** `const file = `../${req.query.name}`; join(folder, file)`: what a variable was made of. */
function throughVariable(node: t.Identifier, handler: HandlerNames): RequestPart | undefined {
  if (open.has(node.name)) return undefined;
  const built = builtAs(node.name, handler);
  if (built === undefined) return undefined;
  open.add(node.name);
  try {
    return containsRequestData(built, handler);
  } finally {
    open.delete(node.name);
  }
}

function first(nodes: readonly t.Node[], handler: HandlerNames): RequestPart | undefined {
  for (const one of nodes) {
    const found = containsRequestData(one, handler);
    if (found !== undefined) return found;
  }
  return undefined;
}
