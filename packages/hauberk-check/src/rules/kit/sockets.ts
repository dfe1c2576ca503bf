import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import { ancestors, isFunction, parentOf, type FunctionNode, type t } from "../../parse/ast.ts";
import type { Held } from "./held.ts";
import { functionGiven } from "./function-given.ts";
import { lastName } from "./function-names.ts";
import { importsAny } from "./mentions.ts";
import type { Receiver } from "./messages.ts";

const PACKAGES = /^(?:socket\.io|ws|express-ws)$/;

/** What sockets say of themselves, and not of the client. */
const OWN_EVENTS =
  /^(?:connect|connection|disconnect|disconnecting|error|close|open|end|finish|drain|timeout|lookup|ready|ping|pong|upgrade|unexpected-response|data|exit|newListener|removeListener)$/;

const MESSAGE: Held = { part: "message", raw: true, whole: false };

/** Answers to a message are functions. */
const ANSWERS = /^_?(?:ack|cb|callback|fn|done|next|respond|reply|acknowledge)$/i;

/** The functions that socket.io and ws call with what a client sent. */
export function socketListeners(program: Program): readonly Receiver[] {
  if (!importsAny(program, PACKAGES)) return [];
  return program.modules.flatMap((module) =>
    (module.index.get("CallExpression") ?? []).flatMap((node) => listenerIn(node, module, program)),
  );
}

function listenerIn(node: t.Node, module: Module, program: Program): readonly Receiver[] {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return [];
  if (!/^(?:on|once)$/.test(lastName(node.callee) ?? "") || node.callee.object.type !== "Identifier")
    return [];
  const [event, given] = node.arguments;
  if (event?.type !== "StringLiteral" || given === undefined || OWN_EVENTS.test(event.value)) return [];
  if (!isSocket(node.callee.object)) return [];
  const fn = functionGiven(given, module, program);
  if (fn === undefined) return [];
  const params = fn.params.filter((param) => param.type !== "Identifier" || !ANSWERS.test(param.name));
  // Of ws the second says whether it is binary.
  const sent = event.value === "message" ? params.slice(0, 1) : params;
  return [{ fn, given: sent.map((param) => [param, MESSAGE]) }];
}

/** The socket that a server hands over when somebody connects; or a parameter called so: `(io, socket) => socket.on("order", ...)`. */
function isSocket(holder: t.Identifier): boolean {
  for (const up of ancestors(holder)) {
    if (!isFunction(up)) continue;
    const at = up.params.findIndex((param) => param.type === "Identifier" && param.name === holder.name);
    if (at !== -1) return (at === 0 && isGivenSockets(up)) || holder.name === "socket";
  }
  return false;
}

/** `io.on("connection", (socket) => ...)`, `io.of("/chat").on("connection", ...)`, `app.ws("/echo", (socket) => ...)`. */
function isGivenSockets(fn: FunctionNode): boolean {
  const call = parentOf(fn);
  if (call?.type !== "CallExpression" || !call.arguments.some((one) => one === fn)) return false;
  const [first] = call.arguments;
  const method = lastName(call.callee);
  if (method === "ws") return true;
  return method === "on" && first?.type === "StringLiteral" && /^connect(?:ion)?$/.test(first.value);
}
