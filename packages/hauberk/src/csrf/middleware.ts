import type { IncomingMessage } from "node:http";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { ConfigError } from "../errors/config-error.ts";
import { refuse } from "../errors/refuse.ts";
import { emitRequestEvent } from "../events/index.ts";
import { contextOf, type RequestContext } from "../internal/context.ts";
import { dependOn } from "../internal/vary.ts";
import { bindingsOf, tokenFor } from "./binding.ts";
import { decideFromHeaders, isSafeMethod, type CsrfFacts } from "./decide.ts";
import { claimsAnotherMethod, pinSafeMethod } from "./method.ts";
import type { CsrfPolicy } from "./options.ts";
import { formOf, verifyToken } from "./token.ts";

/** First step: decides from the headers, before the body is read. */
export function createCsrfMiddleware(policy: CsrfPolicy): RequestHandler {
  const issueCsrfToken: RequestContext["issueCsrfToken"] = (req, form) => tokenFor(req, policy, form);
  return function csrfMiddleware(req, res, next) {
    const context = contextOf(req);
    context.issueCsrfToken = issueCsrfToken;
    if (context.canonicalOrigin === "") return next(withoutOrigin());
    if (isSafeMethod(context.method)) return passSafeMethod(req, next);
    const verdict = decideFromHeaders(factsOf(req), policy);
    dependOn(req, res, "Sec-Fetch-Site", "Origin");
    if (verdict.kind === "refuse") return refuseUnlessObserving(req, next, policy, verdict.because);
    if (verdict.kind === "pass" && (!policy.always || EXCEPTIONS.has(verdict.because))) return next();
    context.csrfUndecided = verdict.because;
    const token = req.headers["x-csrf-token"];
    return token === undefined ? next() : decideFromToken(req, next, policy, token);
  };
}

/** Listed in the configuration by name, and never given a token: with `token: "always"` the list would mean nothing. */
const EXCEPTIONS: ReadonlySet<string> = new Set(["trusted-origin", "not-a-browser"]);

/** Second step, after the body: what the headers left open is decided by the form's `_csrf` field. */
export function createCsrfTokenMiddleware(policy: CsrfPolicy): RequestHandler {
  return function csrfTokenMiddleware(req: Request, _res: Response, next: NextFunction) {
    if (contextOf(req).csrfUndecided === undefined) return next();
    const field = tokenField(req);
    return decideFromToken(req, next, policy, field);
  };
}

/** The field `_csrf`; of a form that only its route may call valid, from the text. */
function tokenField(req: Request): unknown {
  const { body } = contextOf(req);
  if (body?.deferred === true) {
    const [token, ...others] = body.kind === "form" ? new URLSearchParams(body.text).getAll("_csrf") : [];
    return others.length === 0 ? token : undefined;
  }
  const parsed: unknown = req.body;
  return typeof parsed === "object" && parsed !== null
    ? (parsed as Record<string, unknown>)["_csrf"]
    : undefined;
}

function factsOf(req: IncomingMessage): CsrfFacts {
  const { headers } = req;
  const { method, canonicalOrigin } = contextOf(req);
  return {
    method,
    secFetchSite: one(headers["sec-fetch-site"]),
    origin: headers.origin,
    canonicalOrigin,
    hasCookies: headers.cookie !== undefined,
  };
}

function decideFromToken(req: IncomingMessage, next: NextFunction, policy: CsrfPolicy, token: unknown): void {
  const context = contextOf(req);
  const undecided = context.csrfUndecided ?? "";
  context.csrfUndecided = undefined;
  const form = formOf(context.method, (req as Request).originalUrl);
  if (verifyToken(token, policy.keys, bindingsOf(req, policy), form)) return next();
  return refuseUnlessObserving(
    req,
    next,
    policy,
    `${undecided}, token-${token === undefined ? "missing" : "wrong"}`,
  );
}

/** A GET passes as safe, and from here on it stays one. */
function passSafeMethod(req: IncomingMessage, next: NextFunction): void {
  if (claimsAnotherMethod(req))
    return refuse(req, next, "csrf.refused", "METHOD_OVERRIDE_REFUSED", "override-of-a-safe-method");
  // Only what another site can put into a plain link needs watching; a header of one's own is beyond it.
  if (req.url?.includes("?") === true) pinSafeMethod(req);
  next();
}

function withoutOrigin(): ConfigError {
  return new ConfigError("CSRF_WITHOUT_ORIGIN", {
    what: "csrf(): a request arrived that no origin() had looked at before.",
    why: "without a canonical origin there is nothing an Origin header could be compared with.",
    fix: 'app.use(origin({ origins: ["https://app.example"] })) before csrf(), or use hauberk(app, options).',
  });
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
