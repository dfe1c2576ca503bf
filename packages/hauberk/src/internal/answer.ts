import { ServerResponse, type OutgoingHttpHeader, type OutgoingHttpHeaders } from "node:http";
import type { Application } from "express";
import { rootOf, type ExtensibleApplication } from "./express-internals.ts";
import { respondWithError } from "../errors/respond.ts";
import { completeHeaders } from "../headers/write.ts";
import type { PreparedHeaders } from "../headers/build.ts";
import { commitSession, finishSession } from "../session/commit.ts";
import { findContext, type RequestContext } from "./context.ts";
import { installHeaderList, NodeTable } from "./header-list.ts";

/** The response of an app: Express documents extending `app.response` as the way to override its API. */
type Answer = ServerResponse;
type Loose = (...parameters: unknown[]) => unknown;
type WriteHeadHeaders = OutgoingHttpHeaders | readonly OutgoingHttpHeader[];

const installed = new WeakSet<object>();

/**
 * Puts two things between every route and the wire, for all answers of an app: the session is saved before the first
 * byte, and the header set is added to whatever head is written.
 *
 * `write`, `end`, `writeHead` and `flushHeaders` are the only ways an answer begins. While a store is still saving, calls
 * are held and played back in order; with a store that answers at once nothing is held.
 */
export function installAnswerHooks(app: Application): void {
  const { response } = app as ExtensibleApplication;
  if (installed.has(response)) return;
  // An app that a router or a handler calls gives the answer its own prototype, and only `app.use(inner)` lets that one
  // come from here: `express.response`, which all of them come from, has the hooks too. Without a context they do nothing.
  for (const target of [response, rootOf(response)]) installOn(target as unknown as Record<string, Loose>);
}

function installOn(target: Record<string, Loose>): void {
  if (installed.has(target)) return;
  installed.add(target);
  installHeaderList(target);
  for (const name of ["write", "end", "flushHeaders"]) hook(target, name, (original) => original);
  hook(target, "writeHead", withSecurityHeaders);
}

/** What each hook stands in front of: one in front of another would write the cookies twice. */
const originals = new WeakMap<Loose, Loose>();

function hook(target: Record<string, Loose>, name: string, change: (original: Loose) => Loose): void {
  const found = target[name] ?? (ServerResponse.prototype as unknown as Record<string, Loose>)[name];
  if (found === undefined) return;
  const original = originals.get(found) ?? found;
  const hooked = holdUntilCommitted(name, change(original));
  originals.set(hooked, original);
  target[name] = hooked;
}

/**
 * Holds the calls on one response until `context.commit` is done, and adds no header: for sessions of another kind.
 * Methods that are missing, as at the upgrade to a WebSocket, stay so.
 */
export function holdAnswer(res: object, onHead: (res: ServerResponse) => void): void {
  const target = res as Record<string, Loose>;
  for (const name of ["write", "end", "flushHeaders"]) {
    const original = target[name];
    if (original !== undefined) target[name] = holdUntilCommitted(name, original);
  }
  const { writeHead } = target;
  if (writeHead === undefined) return;
  target["writeHead"] = holdUntilCommitted("writeHead", function writeHeadOnce(this: Answer, ...parameters) {
    const [status, reason, headers] = parameters;
    const given = givenHeaders(reason, headers);
    if (given !== undefined) applyGiven(this, given);
    onHead(this);
    return typeof reason === "string" ? writeHead.call(this, status, reason) : writeHead.call(this, status);
  });
}

function holdUntilCommitted(name: string, original: Loose): Loose {
  // Three parameters, as none of the four takes more; a list of them would be made for every call.
  return function heldUntilCommitted(this: Answer, a: unknown, b: unknown, c: unknown): unknown {
    const context = findContext(this.req);
    if (context === undefined) return original.call(this, a, b, c);
    const isFirst = context.phase === "open";
    if (isFirst) beginAnswer(this, context);
    // Between the first byte and the last a page may have gone on with its session.
    const isLast = name === "end" && !isFirst && !context.isSettled && context.session?.opened !== undefined;
    const isCommitted = context.phase === "committed";
    if (isCommitted && !isLast) return original.call(this, a, b, c);
    const call = (): unknown => original.call(this, a, b, c);
    const last = isLast ? (): unknown => finishAnswer(this, context, call) : call;
    return isCommitted ? last() : continueAnswer(this, context, name, last);
  };
}

function continueAnswer(res: Answer, context: RequestContext, name: string, call: () => unknown): unknown {
  // "replaced": a failed save was answered with a 503, and nothing the route says may follow it.
  if (context.phase === "committing") (context.held ??= []).push(call);
  // false tells a stream to wait for "drain".
  return name === "write" ? false : res;
}

/** Saves the session; the phase says afterwards whether the answer may go on, has to wait, or was replaced. */
function beginAnswer(res: Answer, context: RequestContext): void {
  context.phase = "committing";
  try {
    const pending =
      context.session === undefined ? context.commit?.() : commitSession(context.session, context);
    if (!(pending instanceof Promise)) {
      context.phase = "committed";
      return;
    }
    seal(res, context);
    pending.then(
      () => playBack(res, context),
      (error: unknown) => answerInstead(res, context, error),
    );
  } catch (error) {
    answerInstead(res, context, error);
  }
}

/** Saves what changed since the first byte, and then ends the answer. */
function finishAnswer(res: Answer, context: RequestContext, end: () => unknown): unknown {
  context.isSettled = true;
  try {
    const pending = context.session === undefined ? undefined : finishSession(context.session);
    if (!(pending instanceof Promise)) return end();
    context.phase = "committing";
    context.held = [end];
    pending.then(
      () => playBack(res, context),
      (error: unknown) => cutShort(res, context, error),
    );
  } catch (error) {
    cutShort(res, context, error);
  }
  return res;
}

/** The status is out: an answer without its end is all that is left to say that something was not saved. */
function cutShort(res: Answer, context: RequestContext, error: unknown): void {
  context.held = undefined;
  context.phase = "committed";
  respondWithError(res.req, res, error);
  context.phase = "replaced";
}

/** Until the save is done the answer counts as sent: status and headers stay as they were when it began. */
function seal(res: Answer, context: RequestContext): void {
  const { statusCode, statusMessage } = res;
  Object.defineProperties(res, {
    headersSent: { configurable: true, get: () => true },
    setHeader: { configurable: true, value: alreadySent },
    appendHeader: { configurable: true, value: alreadySent },
    removeHeader: { configurable: true, value: alreadySent },
  });
  context.unseal = () => {
    for (const name of ["headersSent", "setHeader", "appendHeader", "removeHeader"])
      Reflect.deleteProperty(res, name);
    res.statusCode = statusCode;
    res.statusMessage = statusMessage;
  };
}

function alreadySent(): never {
  const error = new Error("Cannot change headers after they are sent to the client");
  throw Object.assign(error, { code: "ERR_HTTP_HEADERS_SENT" });
}

function playBack(res: Answer, context: RequestContext): void {
  context.unseal();
  context.phase = "committed";
  try {
    const { held = [] } = context;
    context.held = undefined;
    for (const call of held) call();
  } catch (error) {
    // `res.writeHead(99)` and `res.write(1)` throw here and not in the route: nobody else would catch it, and the process
    // would end.
    respondWithError(res.req, res, error);
    return;
  }
  if (!res.writableEnded) res.emit("drain");
}

/** The session could not be saved: whatever the route wanted to say, it did not happen. */
function answerInstead(res: Answer, context: RequestContext, error: unknown): void {
  context.unseal();
  context.held = undefined;
  context.dropCookies();
  context.isSettled = true;
  context.phase = "replaced";
  respondWithError(res.req, res, error);
}

function withSecurityHeaders(writeHead: Loose): Loose {
  return function writeHeadSecurely(this: Answer, status: unknown, reason: unknown, headers: unknown) {
    const given = givenHeaders(reason, headers);
    if (given !== undefined) applyGiven(this, given);
    const context = findContext(this.req);
    const phrase = typeof reason === "string" ? reason : undefined;
    if (context === undefined) return writeHead.call(this, status, phrase);
    return writeHead.call(this, status, phrase, headersToSend(this, context, Number(status)));
  };
}

/** The list for Node to write, or undefined when Node has the headers in its own table. */
function headersToSend(
  res: Answer,
  context: RequestContext,
  status: number,
): readonly OutgoingHttpHeader[] | undefined {
  const { outgoing } = context;
  // RFC 6797 section 7.2: HSTS not over plain http, where anybody could have written it.
  const prepared = context.headers?.prepared[context.scheme] ?? NOTHING_PREPARED;
  if (outgoing !== undefined) {
    completeHeaders(outgoing, context, status);
    return outgoing.withMissing(prepared);
  }
  const table = new NodeTable(res);
  completeHeaders(table, context, status);
  table.addMissing(prepared);
  return undefined;
}

const NOTHING_PREPARED: PreparedHeaders = { block: [], keys: new Set() };

/** `writeHead(200, "Fine", {})`, `writeHead(200, {})`, and as Node takes it too: `writeHead(200, undefined, {})`. */
function givenHeaders(reason: unknown, headers: unknown): WriteHeadHeaders | undefined {
  const given = typeof reason === "string" ? headers : (headers ?? reason);
  return (given ?? undefined) as WriteHeadHeaders | undefined;
}

/**
 * Moves the headers given to `writeHead` onto the response first: Node lets them replace what was set before, and
 * `writeHead(200, { "Set-Cookie": ... })` would throw the session's cookie away.
 */
function applyGiven(res: Answer, given: WriteHeadHeaders): void {
  if (!Array.isArray(given)) {
    for (const [name, value] of Object.entries(given)) if (value !== undefined) res.setHeader(name, value);
    return;
  }
  const pairs = pairsOf(given);
  for (const [name] of pairs) res.removeHeader(String(name));
  for (const [name, value] of pairs)
    res.appendHeader(String(name), Array.isArray(value) ? value.map(String) : String(value));
}

/** Node takes `["A", "1", "B", "2"]` and `[["A", "1"], ["B", "2"]]`; a value may be a list in both. */
function pairsOf(given: readonly unknown[]): readonly (readonly unknown[])[] {
  if (Array.isArray(given[0])) return given as readonly (readonly unknown[])[];
  return given.flatMap((name, index) => (index % 2 === 0 ? [[name, given[index + 1]]] : []));
}
