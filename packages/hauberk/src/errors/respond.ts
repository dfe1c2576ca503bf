import type { IncomingMessage, ServerResponse } from "node:http";
import type { Request, Response } from "express";
import { emitRequestEvent, hasListeners } from "../events/index.ts";
import { contextOf, type RequestContext } from "../internal/context.ts";
import { classifyError, type ErrorFacts } from "./classify.ts";
import { HttpError } from "./http-error.ts";
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
  if (res.headersSent && context.phase !== "replaced") {
    // Half an answer is out: cutting it off is the only way to say that the rest is missing.
    req.socket.destroy();
    return;
  }
  for (const name of res.getHeaderNames()) res.removeHeader(name);
  const page = {
    status: facts.status,
    code: facts.code,
    title: titleOf(facts.status),
    requestId: context.requestId,
  };
  if (!wantsHtml(req.headers.accept))
    return send(res, context, facts, "application/problem+json", problemJson(page));
  const neutral = (): void =>
    send(res, context, facts, "text/html; charset=utf-8", neutralPage(page, context.cspNonce));
  renderPage(req, res, context, page).then(
    (html) => (html === undefined ? neutral() : send(res, context, facts, "text/html; charset=utf-8", html)),
    (failure: unknown) => {
      report(req, context, failure, { status: 500, code: "INTERNAL_ERROR", headers: {} });
      neutral();
    },
  );
}

async function renderPage(
  req: IncomingMessage,
  res: ServerResponse,
  context: RequestContext,
  page: ErrorPageFacts,
): Promise<string | undefined> {
  return context.renderErrorPage?.(page, req as Request, res as Response);
}

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
  res.setHeader("Content-Type", type);
  res.setHeader("Content-Length", Buffer.byteLength(body));
  context.personal = true;
  res.end(body);
  if (replaced) context.phase = "replaced";
}

/** One event an error: refusals of the pipeline were reported where they were decided. */
function report(req: IncomingMessage, context: RequestContext, error: unknown, facts: ErrorFacts): void {
  if (context.reported === error) return;
  context.reported = error;
  const { status, code } = facts;
  if (error instanceof HttpError || status < 500) {
    const because = error instanceof HttpError ? error.because : undefined;
    emitRequestEvent("request.refused", req, { code, status, ...(because === undefined ? {} : { because }) });
    return;
  }
  emitRequestEvent("request.failed", req, { code, status, error });
  // An application without a log must still be able to find out why a request failed.
  if (!hasListeners("request.failed")) process.stderr.write(`${describeFailure(error, context)}\n`);
}

function describeFailure(error: unknown, context: RequestContext): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `hauberk: request ${context.requestId} failed: ${text}`;
}
