import { walk, type t } from "../../parse/ast.ts";
import { keyName } from "./nodes.ts";

type PiecesOf = (name: string) => readonly t.Node[];

/** `a = b.filter(Boolean), b = a.filter(Boolean)` ends. */
const MAX_DEPTH = 5;

/** What the items of a list are, as far as they are written down: of `["-c", host]`, of a variable that holds it, of `[...].filter(Boolean)`. */
export function itemsOf(list: t.Node, piecesOf: PiecesOf, depth = 0): readonly t.Node[] {
  if (depth > MAX_DEPTH) return [];
  const look = (one: t.Node): readonly t.Node[] => itemsOf(one, piecesOf, depth + 1);
  if (list.type === "ArrayExpression")
    return list.elements.flatMap((one) =>
      one === null ? [] : one.type === "SpreadElement" ? [one.argument, ...look(one.argument)] : [one],
    );
  if (list.type === "Identifier")
    return piecesOf(list.name).flatMap((one) => (LISTS.has(one.type) ? look(one) : []));
  const inner = list.type === "CallExpression" ? listKept(list) : undefined;
  return inner === undefined ? [] : look(inner);
}

const LISTS: ReadonlySet<string> = new Set(["ArrayExpression", "CallExpression"]);

/** The list that `list.join(" ")` makes one text of. */
export const joinedList = ({ callee }: t.CallExpression): t.Node | undefined =>
  callee.type === "MemberExpression" && keyName(callee.property) === "join" ? callee.object : undefined;

/** The list of `list.filter(Boolean)` and of `list.map((one) => `"${one}"`)`, which has each of its items in it as it is. */
function listKept({ callee, arguments: [given] }: t.CallExpression): t.Node | undefined {
  if (callee.type !== "MemberExpression") return undefined;
  const name = keyName(callee.property);
  if (name === "filter")
    return given?.type === "Identifier" && given.name === "Boolean" ? callee.object : undefined;
  return name === "map" && given?.type === "ArrowFunctionExpression" && isQuoted(given)
    ? callee.object
    : undefined;
}

function isQuoted({ params: [param], body }: t.ArrowFunctionExpression): boolean {
  if (param?.type !== "Identifier" || (body.type !== "TemplateLiteral" && body.type !== "BinaryExpression"))
    return false;
  let isIt = false;
  walk(body, (one) => {
    isIt ||= one.type === "Identifier" && one.name === param.name;
    return one.type === "TemplateLiteral" || (one.type === "BinaryExpression" && one.operator === "+");
  });
  return isIt;
}
