import { parentOf, walk, type Node, type t } from "../../../parse/ast.ts";
import { piecesOf } from "../../kit/built-values.ts";
import { keyName, plainText, type HandlerNames } from "../../kit/nodes.ts";
import { plainStart } from "../../kit/queries.ts";
import type { Late } from "./late.ts";
import { isCaught } from "./thrown.ts";

export interface Untested {
  readonly use: t.Node;
  readonly name: string;
  readonly is: "undefined" | "null";
}

/** `(err, user) => { if (user.active) ... }`, `(err, rows) => res.json(rows[0].name)`: nothing asks whether there is one. */
export function untestedRecord(
  call: t.CallExpression,
  late: Late,
  handler: HandlerNames,
): Untested | undefined {
  const [, record] = late.fn.params;
  const shape = late.names.some((one) => SINGLE.test(one)) ? "one" : "list";
  if (late.nothing === undefined || record?.type !== "Identifier") return undefined;
  if (late.nothing === "undefined" && alwaysFinds(call, handler)) return undefined;
  const { name } = record;
  let use: t.Node | undefined;
  let isAsked = false;
  walk(late.fn.body, (node) => {
    if (node.type === "Identifier" && node.name === name && asks(node)) isAsked = true;
    if (use === undefined && isUse(node, name, shape) && !isCaught(node, late.fn)) use = node;
    return !isAsked;
  });
  if (isAsked || use === undefined) return undefined;
  return shape === "one" ? { use, name, is: late.nothing } : { use, name: `${name}[0]`, is: "undefined" };
}

const SINGLE = /^(?:get|find(?:One|ById)(?:And(?:Update|Delete|Remove|Replace))?)$/;

/** There is always a row of counts, and one of what was stored. */
function alwaysFinds({ arguments: [query] }: t.CallExpression, handler: HandlerNames): boolean {
  if (query === undefined) return false;
  const texts = query.type === "Identifier" ? piecesOf(query.name, handler) : [query];
  return (
    texts.length === 0 ||
    texts.some(
      (one) =>
        !/^\s{0,20}SELECT\b/i.test(plainStart(one)) || AGGREGATES.test(plainText(one) ?? plainStart(one)),
    )
  );
}

const AGGREGATES = /\b(?:COUNT|SUM|MAX|MIN|AVG|EXISTS|NOW|VERSION|DATABASE)\s?\(|\bupsert\b/i;

/** A test of any kind, a default, another name for it, a function that is given it: somebody may have looked. */
function asks(node: Node): boolean {
  let inner: Node = node;
  for (let up = parentOf(node); up !== undefined; up = parentOf(up)) {
    switch (up.type) {
      case "IfStatement":
      case "ConditionalExpression":
      case "WhileStatement":
        return up.test === inner;
      case "OptionalMemberExpression":
      case "LogicalExpression":
      case "SwitchStatement":
        return true;
      case "VariableDeclarator":
      case "AssignmentExpression":
      case "CallExpression":
        if (inner === node) return up.type !== "CallExpression" || !isAnswer(up);
        break;
      case "ExpressionStatement":
      case "ReturnStatement":
      case "BlockStatement":
        return false;
      default:
    }
    inner = up;
  }
  return false;
}

const isAnswer = ({ callee }: t.CallExpression): boolean =>
  callee.type === "MemberExpression" && /^(?:json|send|log|info|debug)$/.test(keyName(callee.property));

/** `user.name`; of a list the first one: `rows[0].name`, `result.rows[0].name`. */
function isUse(node: Node, name: string, shape: "one" | "list"): boolean {
  if (node.type !== "MemberExpression") return false;
  const { object } = node;
  if (shape === "one") return object.type === "Identifier" && object.name === name;
  if (object.type !== "MemberExpression" || object.property.type !== "NumericLiteral") return false;
  const list = object.object;
  return (
    (list.type === "Identifier" && list.name === name) ||
    (list.type === "MemberExpression" &&
      list.object.type === "Identifier" &&
      list.object.name === name &&
      keyName(list.property) === "rows")
  );
}
