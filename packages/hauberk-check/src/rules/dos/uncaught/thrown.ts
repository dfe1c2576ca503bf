import { ancestors, isFunction, walk, type FunctionNode, type Node, type t } from "../../../parse/ast.ts";
import { containsRequestData } from "../../kit/built-values.ts";
import { calleeName, type HandlerNames } from "../../kit/nodes.ts";
import type { Late } from "./late.ts";

/** `if (err) throw err`, where no `try` of the callback catches it. */
export const thrownIn = (fn: FunctionNode): t.Node | undefined =>
  firstIn(fn, (node) => node.type === "ThrowStatement");

/** `JSON.parse(body)` in `req.on("end", ...)`, and `JSON.parse(req.body.text)` in whatever callback. */
export function parsedIn({ fn, asks }: Late, handler: HandlerNames): t.Node | undefined {
  return firstIn(fn, (node) => {
    if (node.type !== "CallExpression" || calleeName(node) !== "JSON.parse") return false;
    const [text] = node.arguments;
    if (text === undefined) return false;
    return (
      (asks === undefined && isOfRequest(fn, handler)) || containsRequestData(text, handler) !== undefined
    );
  });
}

/** Whether it is the request itself that is read. */
function isOfRequest(fn: FunctionNode, { req }: HandlerNames): boolean {
  const call = (fn as Node).parent;
  return (
    call?.type === "CallExpression" &&
    call.callee.type === "MemberExpression" &&
    call.callee.object.type === "Identifier" &&
    call.callee.object.name === req
  );
}

/** Of the callback itself: functions inside run when somebody calls them. */
function firstIn(fn: FunctionNode, is: (node: Node) => boolean): t.Node | undefined {
  let found: t.Node | undefined;
  walk(fn.body, (node) => {
    if (found !== undefined || isFunction(node)) return false;
    if (is(node) && !isCaught(node, fn)) found = node;
    return found === undefined;
  });
  return found;
}

export function isCaught(node: t.Node, fn: FunctionNode): boolean {
  let inner = node;
  for (const up of ancestors(node)) {
    if (up === fn) return false;
    if (up.type === "TryStatement" && up.block === inner && up.handler) return true;
    inner = up;
  }
  return false;
}
