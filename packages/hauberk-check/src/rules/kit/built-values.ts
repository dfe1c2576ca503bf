import { parentOf, walk, type FunctionNode, type t } from "../../parse/ast.ts";
import { itemsOf, joinedList } from "./joined-lists.ts";
import type { HandlerNames } from "./nodes.ts";
import { arePiecesAsked } from "./asked.ts";
import type { RequestPart } from "./held.ts";
import { itemsGiven, requestData } from "./request-data.ts";
import { remembered } from "../../remembered.ts";

/** The text or path that a variable of the function is made to hold once, and never again: `const q = "..." + name`. */
export function builtAs(name: string, handler: HandlerNames): t.Node | undefined {
  const only = onlyPieceOf(name, handler);
  return only !== undefined && BUILDERS.has(only.type) ? only : undefined;
}

/** What a variable of the function is made to hold once, and never again. */
export function onlyPieceOf(name: string, handler: HandlerNames): t.Node | undefined {
  const [only, ...others] = piecesOf(name, handler);
  return others.length === 0 ? only : undefined;
}

/**
 * What a variable is made of: what it is declared with, what `sql += ...` adds to it and `list.push(...)` puts into it. Nothing
 * for one that is given another value later.
 */
export const piecesOf = (name: string, { fn }: HandlerNames): readonly t.Node[] => madeIn(fn).get(name) ?? [];

const madeIn = remembered(piecesByName);

function piecesByName(fn: FunctionNode): ReadonlyMap<string, readonly t.Node[]> {
  const made = new Map<string, t.Node[]>();
  const changed = new Set<string>();
  const add = (name: string, pieces: readonly t.Node[]): void => {
    made.set(name, [...(made.get(name) ?? []), ...pieces]);
  };
  walk(fn.body, (node) => {
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier") {
      if (isAddition(node, node.left.name)) add(node.left.name, [node.right]);
      else changed.add(node.left.name);
    }
    if (node.type === "CallExpression") {
      const list = pushedOnto(node);
      if (list !== undefined) add(list, node.arguments);
    }
    if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier") return;
    if (made.has(node.id.name)) changed.add(node.id.name);
    add(node.id.name, node.init ? [node.init] : []);
  });
  for (const name of changed) made.delete(name);
  return made;
}

/** `sql += " AND ..."` and `sql = sql + " AND ..."`. */
function isAddition({ operator, right }: t.AssignmentExpression, name: string): boolean {
  if (operator !== "=") return operator === "+=";
  let leading: t.Node = right;
  while (leading.type === "BinaryExpression" && leading.operator === "+") leading = leading.left;
  return leading !== right && leading.type === "Identifier" && leading.name === name;
}

const pushedOnto = ({ callee }: t.CallExpression): string | undefined =>
  callee.type === "MemberExpression" &&
  callee.object.type === "Identifier" &&
  callee.property.type === "Identifier" &&
  callee.property.name === "push"
    ? callee.object.name
    : undefined;

const BUILDERS: ReadonlySet<string> = new Set([
  "TemplateLiteral",
  "BinaryExpression",
  "CallExpression",
  "ConditionalExpression",
  "LogicalExpression",
]);

/** Whether an expression contains request data in a place that reaches the result unchanged. */
export function containsRequestData(
  node: t.Node,
  handler: HandlerNames,
  through: Set<string> = new Set(),
): RequestPart | undefined {
  const own = requestData(node, handler);
  if (own !== undefined) return own;
  switch (node.type) {
    case "Identifier":
      return throughVariable(node, handler, through);
    case "TemplateLiteral":
      return first(node.expressions, handler, through);
    case "ArrayExpression":
      return isJoined(node)
        ? first(
            node.elements.filter((one) => one !== null),
            handler,
            through,
          )
        : undefined;
    case "BinaryExpression":
      return node.operator === "+" ? first([node.left, node.right], handler, through) : undefined;
    case "LogicalExpression":
      return first([node.left, node.right], handler, through);
    case "ConditionalExpression":
      return arePiecesAsked(node.test, node.consequent)
        ? containsRequestData(node.alternate, handler, through)
        : first([node.consequent, node.alternate], handler, through);
    case "CallExpression":
      return joined(node, handler, through) ?? ofCall(node, handler, through);
    default:
      return undefined;
  }
}

function ofCall(
  node: t.CallExpression,
  handler: HandlerNames,
  through: Set<string>,
): RequestPart | undefined {
  if (node.callee.type === "Identifier")
    return /^(?:join|resolve)$/.test(node.callee.name) ? first(node.arguments, handler, through) : undefined;
  if (mappedText(node) !== undefined) return containsRequestData(mappedText(node) ?? node, handler, through);
  return node.callee.type === "MemberExpression" &&
    node.callee.property.type === "Identifier" &&
    (/^(?:concat|trim|toString|join|resolve)$/.test(node.callee.property.name) || listsContent(node.callee))
    ? first([node.callee.object, ...node.arguments], handler, through)
    : undefined;
}

/** `args.join(" ")`: the items of a list that stands in a variable, or that the caller wrote. */
function joined(
  node: t.CallExpression,
  handler: HandlerNames,
  through: Set<string>,
): RequestPart | undefined {
  const list = joinedList(node);
  if (list === undefined) return undefined;
  const items = itemsOf(list, (name) => piecesOf(name, handler));
  const own = first(items, handler, through);
  if (own !== undefined || handler.given === undefined) return own;
  return itemsGiven([list, ...items], handler);
}

/** The text for each item of `names.map((name) => `<li>${name}</li>`)`. */
const mappedText = ({ callee, arguments: [fn] }: t.CallExpression): t.Node | undefined =>
  callee.type === "MemberExpression" &&
  callee.property.type === "Identifier" &&
  callee.property.name === "map" &&
  fn?.type === "ArrowFunctionExpression" &&
  (fn.body.type === "TemplateLiteral" || fn.body.type === "BinaryExpression")
    ? fn.body
    : undefined;

/** `["<p>", name, "</p>"].join("")`. */
function isJoined(list: t.ArrayExpression): boolean {
  const callee = parentOf(list);
  return (
    callee?.type === "MemberExpression" &&
    callee.object === list &&
    callee.property.type === "Identifier" &&
    callee.property.name === "join"
  );
}

/** `Object.keys(req.body)`: names are as much the client's as values are. */
const listsContent = ({ object, property }: t.MemberExpression): boolean =>
  object.type === "Identifier" &&
  object.name === "Object" &&
  property.type === "Identifier" &&
  /^(?:keys|values)$/.test(property.name);

/**
 * `const file = `../${req.query.name}`; join(folder, file)`: what a variable was made of. Those that were looked `through`
 * are not looked through again: `a = b + 1, b = a + 1` ends, and so does `a = b + b, b = c + c` in time.
 */
function throughVariable(
  { name }: t.Identifier,
  handler: HandlerNames,
  through: Set<string>,
): RequestPart | undefined {
  if (through.has(name)) return undefined;
  through.add(name);
  return first(builders(name, handler), handler, through);
}

/** A plain `const name = other` is looked through by `requestData`; only what is put together is of interest here. */
function builders(name: string, handler: HandlerNames): readonly t.Node[] {
  const pieces = piecesOf(name, handler);
  return pieces.length > 1 ? pieces : pieces.filter((one) => BUILDERS.has(one.type));
}

function first(
  nodes: readonly t.Node[],
  handler: HandlerNames,
  through: Set<string>,
): RequestPart | undefined {
  for (const one of nodes) {
    const found = containsRequestData(one, handler, through);
    if (found !== undefined) return found;
  }
  return undefined;
}
