import type { t } from "../../../parse/ast.ts";
import { onlyPieceOf } from "../../kit/built-values.ts";
import type { RequestPart } from "../../kit/held.ts";
import { calleeName, keyName, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { requestData } from "../../kit/request-data.ts";
import { isNarrowedBefore } from "../../kit/tested.ts";
import type { Module } from "../../../model/module.ts";

/** What a page is answered with that the client chose the address of: `res.send(await (await fetch(req.query.url)).text())`. */
export function fetchedFor(given: t.Node, handler: HandlerNames, module: Module): RequestPart | undefined {
  const answer = answerOf(made(given, handler));
  const call = answer === undefined ? undefined : made(answer, handler);
  if (call?.type !== "CallExpression" || !FETCHES.test(calleeName(call) ?? "")) return undefined;
  const [address] = call.arguments;
  const source = address === undefined ? undefined : requestData(address, handler);
  return address === undefined || isNarrowedBefore(module, call, sourceText(module, address), handler)
    ? undefined
    : source;
}

const FETCHES = /^(?:fetch|axios|got|axios\.get|got\.get|superagent\.get)$/;

/** What a variable was made of, waited for. */
function made(node: t.Node, handler: HandlerNames): t.Node {
  if (node.type === "AwaitExpression") return made(node.argument, handler);
  const only = node.type === "Identifier" ? onlyPieceOf(node.name, handler) : undefined;
  if (only === undefined || only.type === "Identifier") return node;
  return only.type === "AwaitExpression" ? only.argument : only;
}

/** `answer` of `answer.text()`, `answer.data` and `answer.body`. */
function answerOf(node: t.Node): t.Node | undefined {
  if (node.type === "CallExpression") {
    const { callee } = node;
    return callee.type === "MemberExpression" && keyName(callee.property) === "text"
      ? callee.object
      : undefined;
  }
  return node.type === "MemberExpression" && /^(?:data|body|text)$/.test(keyName(node.property))
    ? node.object
    : undefined;
}
