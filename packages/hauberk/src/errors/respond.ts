import type { IncomingMessage, ServerResponse } from "node:http";
import { inspect } from "node:util";
import type { Request, Response } from "express";
import { emitRequestEvent, hasListeners } from "../events/index.ts";
import { contextOf, type RequestContext } from "../internal/context.ts";
import { classifyError, type ErrorFacts } from "./classify.ts";
import { neutralPage, problemJson, titleOf, wantsHtml, type ErrorPageFacts } from "./page.ts";

/** Makes the HTML page of an error; when it fails itself, the neutral page is sent. */
export type RenderErrorPage = (
  facts: ErrorPageFacts,
  req: Request,
  res: Response,
) => string | Promise<string>;

/**
 * Answers a request with an error: status and code for the client, everything else for the event.
 * Headers the route had set are dropped: they described another answer.
 */
export function respondWithError(req: IncomingMessage, res: ServerResponse, error: unknown): void {
  const context = contextOf(req);
  const facts = classifyError(error);
  report(req, context, error, facts);
  // The answer was complete before the error: cutting it off would lose it.
  if (res.writableEnded) return;
  if (res.headersSent && context.phase !== "replaced") {
    // Half an answer is out: cutting it off is the only way to say that the rest is missing.
    req.socket.destroy();
    return;
  }
  dropHeaders(res);
  // A file's policy has no nonce, and a route's was widened for the route's own page.
  context.isStatic = false;
  context.csp = undefined;
  const page = {
    status: facts.status,
    code: facts.code,
    title: titleOf(facts.status),
    requestId: context.requestId,
  };
  if (wantsHtml(req.headers.accept)) sendPage(req, res, context, facts, page);
  else send(res, context, facts, "application/problem+json", problemJson(page));
}

/** The application's own page, or the neutral one when there is none or it fails. */
function sendPage(
  req: IncomingMessage,
  res: ServerResponse,
  context: RequestContext,
  facts: ErrorFacts,
  page: ErrorPageFacts,
): void {
  const sendHtml = (html: string): void => send(res, context, facts, "text/html; charset=utf-8", html);
  const { renderErrorPage } = context;
  if (renderErrorPage === undefined) return sendHtml(neutralPage(page, context.cspNonce));
  renderOwnPage(renderErrorPage, page, req, res)
    .then(sendHtml)
    .catch((failure: unknown) => {
      report(req, context, failure, classifyError(undefined));
      // What the page had set before it failed describes a page that is not sent.
      if (!res.headersSent || context.phase === "replaced") dropHeaders(res);
      sendHtml(neutralPage(page, context.cspNonce));
    });
}

async function renderOwnPage(
  render: RenderErrorPage,
  page: ErrorPageFacts,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<string> {
  const html: unknown = await render(page, req as Request, res as Response);
  if (typeof html === "string") return html;
  throw new TypeError(
    `errors.render returned ${html === null ? "null" : typeof html}, expected a string of HTML`,
  );
}

/**
 * `Connection` stays: it is about the connection, which a server that shuts down wants closed. So does who may read the
 * route's answers: a partner's page would be told of a network error where the answer is 409.
 */
function dropHeaders(res: ServerResponse): void {
  const isShared = res.hasHeader("Access-Control-Allow-Origin");
  for (const name of res.getHeaderNames()) {
    const stays = name === "vary" || (isShared && ABOUT_READERS.has(name));
    if (name !== "connection" && !stays) res.removeHeader(name);
  }
}

const ABOUT_READERS: ReadonlySet<string> = new Set([
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "cross-origin-resource-policy",
]);

function send(
  res: ServerResponse,
  context: RequestContext,
  facts: ErrorFacts,
  type: string,
  body: string,
): void {
  if (res.writableEnded || res.destroyed) return;
  const replaced = context.phase === "replaced";
  // The one writer that may speak after a failed save.
  if (replaced) context.phase = "committed";
  for (const [name, value] of Object.entries(facts.headers)) res.setHeader(name, value);
  res.statusCode = facts.status;
  // The route's own phrase described another answer, and may be what Node has just refused to write.
  res.statusMessage = "";
  res.setHeader("Content-Type", type);
  res.setHeader("Content-Length", Buffer.byteLength(body));
  context.personal = true;
  endOrDestroy(res, context, body);
  if (replaced) context.phase = "replaced";
}

/** Nobody is behind this one: what it throws would end the process. */
function endOrDestroy(res: ServerResponse, context: RequestContext, body: string): void {
  try {
    res.end(body);
  } catch (failure) {
    report(res.req, context, failure, classifyError(undefined));
    res.req.socket.destroy();
  }
}

/** One event an error: refusals of the pipeline were reported where they were decided. */
function report(req: IncomingMessage, context: RequestContext, error: unknown, facts: ErrorFacts): void {
  if (context.reported === error) return;
  context.reported = error;
  const { status, code, because } = facts;
  if (facts.deliberate) {
    emitRequestEvent("request.refused", req, { code, status, ...(because === undefined ? {} : { because }) });
    return;
  }
  emitRequestEvent("request.failed", req, { code, status, error });
  // An application without a log must still be able to find out why a request failed.
  if (!hasListeners("request.failed"))
    process.stderr.write(`hauberk: request ${context.requestId} failed: ${describeFailure(error)}\n`);
}

/** For the log only. Whatever was thrown, describing it must not throw. */
export function describeFailure(error: unknown): string {
  try {
    return typeof error === "string" ? error : inspect(error, { depth: 4, getters: false });
  } catch {
    return "a value that cannot be shown";
  }
}
