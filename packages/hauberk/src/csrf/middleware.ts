import type { IncomingMessage } from "node:http";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { refuse } from "../errors/refuse.ts";
import { emitRequestEvent } from "../events/index.ts";
import { contextOf } from "../internal/context.ts";
import { bindingsOf, tokenFor } from "./binding.ts";
import { decideFromHeaders, isSafeMethod } from "./decide.ts";
import type { CsrfPolicy } from "./options.ts";
import { verifyToken } from "./token.ts";

/** First step: decides from the headers, before the body is read. */
export function createCsrfMiddleware(policy: CsrfPolicy): RequestHandler {
  return function csrfMiddleware(req, res, next) {
    const context = contextOf(req);
    context.issueCsrfToken = () => tokenFor(req, policy);
    const verdict = decideFromHeaders({
      method: context.method,
      secFetchSite: one(req.headers["sec-fetch-site"]),
      origin: req.headers.origin,
      canonicalOrigin: context.canonicalOrigin,
    });
    if (isSafeMethod(context.method)) return passSafeMethod(req, next);
    res.vary("Sec-Fetch-Site").vary("Origin");
    if (verdict.kind === "refuse") return refuseUnlessObserving(req, next, policy, verdict.because);
    if (verdict.kind === "pass" && !policy.always) return next();
    context.csrfUndecided = verdict.because;
    const token = req.headers["x-csrf-token"];
    return token === undefined ? next() : decideFromToken(req, next, policy, token);
  };
}

/** Second step, after the body: what the headers left open is decided by the form's `_csrf` field. */
export function createCsrfTokenMiddleware(policy: CsrfPolicy): RequestHandler {
  return function csrfTokenMiddleware(req: Request, _res: Response, next: NextFunction) {
    if (contextOf(req).csrfUndecided === undefined) return next();
    const body: unknown = req.body;
    const field =
      typeof body === "object" && body !== null ? (body as Record<string, unknown>)["_csrf"] : undefined;
    return decideFromToken(req, next, policy, field);
  };
}

function decideFromToken(req: IncomingMessage, next: NextFunction, policy: CsrfPolicy, token: unknown): void {
  const context = contextOf(req);
  const undecided = context.csrfUndecided ?? "";
  context.csrfUndecided = undefined;
  if (verifyToken(token, policy.keys, bindingsOf(req, policy))) return next();
  return refuseUnlessObserving(
    req,
    next,
    policy,
    `${undecided}, token-${token === undefined ? "missing" : "wrong"}`,
  );
}

/** A GET passed as safe; a method-override middleware further down must not make it a DELETE. */
function passSafeMethod(req: IncomingMessage, next: NextFunction): void {
  const { headers } = req;
  const override =
    headers["x-http-method-override"] ?? headers["x-method-override"] ?? headers["x-http-method"];
  if (override === undefined) return next();
  refuse(req, next, "csrf.refused", "METHOD_OVERRIDE_REFUSED", "override-of-a-safe-method");
}

function refuseUnlessObserving(
  req: IncomingMessage,
  next: NextFunction,
  policy: CsrfPolicy,
  because: string,
): void {
  if (!policy.observeOnly) return refuse(req, next, "csrf.refused", "CSRF_REFUSED", because);
  emitRequestEvent("csrf.observed", req, { because });
  next();
}

function one(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.join(", ");
}
