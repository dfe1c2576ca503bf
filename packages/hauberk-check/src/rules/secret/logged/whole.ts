import { parentOf, type t } from "../../../parse/ast.ts";
import { codeOf } from "../../../model/module.ts";
import { callersOf } from "../../kit/callers.ts";
import { calleeName, handlerAround, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { SECRET_HOLDER, secretInside } from "../../kit/secret-holders.ts";
import { wholePart } from "../../kit/request-data.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import type { NodeContext } from "../../rule.ts";
import { SENT } from "./formats.ts";

/** Things that are logged as a whole, with secrets among what they hold. */
export function wholeWithSecrets(
  node: t.Node,
  name: string,
  handler: HandlerNames | undefined,
  context: NodeContext,
): string | undefined {
  if (name === "process.env") return "process.env, with every secret in it,";
  const part = handler === undefined ? undefined : wholePart(node, handler);
  if (handler !== undefined && part === "headers" && !isCut(node, handler, context))
    return `${handler.req}.headers, with cookies and Authorization,`;
  if (handler !== undefined && part === "body" && readsPassword(node, handler, context))
    return `${handler.req}.body, with the password,`;
  if (handler !== undefined && part === "body" && isCalledBySignIn(node, handler, context))
    return `${handler.req}.body, with the password of a sign-in,`;
  if (handler !== undefined && part === "body" && isForAll(handler, context))
    return `${handler.req}.body, with the password of a sign-in,`;
  if (!SECRET_HOLDER.test(name)) return undefined;
  const secret = secretInside(context.value(node));
  return secret === undefined ? undefined : `${name}, with ${secret},`;
}

/** The handler asks for the password of what it logs, and has not taken it out before. */
function readsPassword(node: t.Node, handler: HandlerNames, context: NodeContext): boolean {
  const holder = holders(sourceText(context.module, node), handler);
  return (
    new RegExp(
      String.raw`(?:^|\W)${holder}\.\w*password\b|\{[^{}]{0,200}\bpassword\b[^{}]{0,200}\}\s?=\s?${holder}\b`,
      "i",
    ).test(sourceText(context.module, handler.fn)) && !isCut(node, handler, context)
  );
}

/** `function note(req) { console.log(JSON.stringify(req.body)); }`, called where somebody signs in. */
function isCalledBySignIn(node: t.Node, handler: HandlerNames, context: NodeContext): boolean {
  const { fn } = handler;
  if (fn.params.length !== 1 || /redact|mask|omit|sanit|password/i.test(sourceText(context.module, fn)))
    return false;
  return (
    !isCut(node, handler, context) &&
    callersOf(fn, context.module, context.program).some((call) => {
      const caller = handlerAround(call.node);
      return caller !== undefined && SENT.test(sourceText(call.module, caller.fn));
    })
  );
}

/** A middleware that prints what every route is sent, those that sign in among them. */
function isForAll({ fn, req }: HandlerNames, { module, program }: NodeContext): boolean {
  const next = fn.params.length === 3 ? fn.params[2] : undefined;
  const text = sourceText(module, fn);
  return (
    next?.type === "Identifier" &&
    text.includes(`${next.name}()`) &&
    isUsedForAll(fn) &&
    !/password|redact|mask|omit|delete\b|sanit|\.path|originalUrl|NODE_ENV/i.test(
      text.replaceAll(`${req}.url`, ""),
    ) &&
    program.mention(SENT) !== undefined
  );
}

/** `app.use((req, res, next) => ...)`. */
function isUsedForAll(fn: HandlerNames["fn"]): boolean {
  const call = parentOf(fn);
  return (
    call?.type === "CallExpression" &&
    call.arguments[0] === fn &&
    /^(?:app|server)\.use$/.test(calleeName(call) ?? "")
  );
}

/** `delete req.headers.cookie` and `req.body.password = "***"`, before it is logged. */
function isCut(node: t.Node, handler: HandlerNames, { module }: NodeContext): boolean {
  const holder = holders(sourceText(module, node), handler);
  const before = codeOf(module).slice(handler.fn.start ?? 0, node.start ?? 0);
  const secret = String.raw`(?:\.|\[["'])(?:\w*password|authorization|cookie)\w*(?:["']\])?`;
  return new RegExp(String.raw`\bdelete ${holder}${secret}|(?:^|\W)${holder}${secret}\s?=(?!=)`, "i").test(
    before,
  );
}

/** What it is called there, and `req.body` itself. */
const holders = (name: string, { req }: HandlerNames): string =>
  `(?:${[name, `${req}.body`, `${req}.headers`].map(escapeForPattern).join("|")})`;
