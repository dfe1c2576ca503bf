import bodyParser from "body-parser";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { refusal } from "../errors/refusal.ts";
import { refuse, refuseWith } from "../errors/refuse.ts";
import { contextOf } from "../internal/context.ts";
import type { BodyPolicy } from "./options.ts";
import { bodyKind, parseForm, parseJson, type ParsedBody } from "./parse.ts";
import { replay, takeSmallBody } from "./peek.ts";
import { decodeUtf8, unreadable } from "./read.ts";

const WITHOUT_BODY: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** What the pipeline found in the body, for a route that wants to read it by rules of its own. */
export interface BodyState {
  readonly kind: "json" | "form";
  /** The body as text, or undefined when it was left unread: larger than the default limit. */
  readonly text: string | undefined;
  /** True when only a route's own parser may still accept it. */
  readonly deferred: boolean;
  /** What was sent, of a body that grows beyond the default limit when it is inflated; a route may inflate it again. */
  readonly wire?: Buffer;
}

type ReadBytes = (req: Request, res: Response, done: (error?: unknown) => void) => void;

/**
 * Parses JSON and forms into `req.body`; every other type is left unread for the route that wants it.
 *
 * What no route may allow (broken syntax, prototype keys) is refused here. What a route may allow (more bytes, more
 * keys, repeated fields) is refused as soon as a route reads `req.body`, unless it has a parser of its own.
 */
export function createBodyMiddleware(policy: BodyPolicy): RequestHandler {
  const read: ReadBytes = bodyParser.raw({ type: () => true, limit: policy.limitBytes, inflate: true });
  return function bodyMiddleware(req, res, next) {
    const context = contextOf(req);
    if (WITHOUT_BODY.has(context.method)) return next();
    const kind = bodyKind(req.headers["content-type"]);
    if (kind === "other") return next();
    if (kind === "unsupported-charset")
      return refuse(req, next, "body.refused", "BODY_TYPE_UNSUPPORTED", "charset");
    if (Number(req.headers["content-length"]) > policy.limitBytes)
      return leaveToRoute(req, next, kind, "content-length");
    if (isUnannounced(req)) return readUnannounced(req, res, next, kind, policy, read);
    read(req, res, (error?: unknown) => {
      if (isError(error)) return refuseWith(req, next, "body.refused", unreadable(error));
      finish(req, next, kind, policy);
    });
  };
}

function isError(error: unknown): boolean {
  return error !== undefined && error !== null;
}

/** True when its size shows only while it is read: sent in chunks, or compressed. */
function isUnannounced({ headers }: Request): boolean {
  return headers["transfer-encoding"] !== undefined || headers["content-encoding"] !== undefined;
}

/** Larger than all routes take; one that takes more reads it itself. */
function leaveToRoute(
  req: Request,
  next: NextFunction,
  kind: BodyState["kind"],
  because: string,
  wire?: Buffer,
): void {
  contextOf(req).body = { kind, text: undefined, deferred: true, ...(wire === undefined ? {} : { wire }) };
  defer(req, { ok: false, code: "BODY_TOO_LARGE", because });
  next();
}

function readUnannounced(
  req: Request,
  res: Response,
  next: NextFunction,
  kind: BodyState["kind"],
  policy: BodyPolicy,
  read: ReadBytes,
): void {
  takeSmallBody(req, policy.limitBytes, (failure, wire) => {
    if (failure !== undefined) return refuseWith(req, next, "body.refused", unreadable(failure));
    if (wire === undefined) return leaveToRoute(req, next, kind, "received");
    const replayed = replay(req, wire);
    read(replayed, res, (error?: unknown) => {
      const refused = isError(error) ? unreadable(error) : undefined;
      if (refused?.code === "BODY_TOO_LARGE") return leaveToRoute(req, next, kind, "inflated", wire);
      if (refused !== undefined) return refuseWith(req, next, "body.refused", refused);
      req.body = replayed.body as unknown;
      finish(req, next, kind, policy);
    });
  });
}

function finish(req: Request, next: NextFunction, kind: BodyState["kind"], policy: BodyPolicy): void {
  const bytes: unknown = req.body;
  // No body was announced: there is nothing to parse, and `req.body` stays undefined.
  if (!Buffer.isBuffer(bytes)) return next();
  req.body = undefined;
  // DELETE with a JSON content type and no body is what API clients send.
  if (bytes.length === 0 && kind === "json") return next();
  const text = decodeUtf8(bytes);
  if (text === undefined) return refuse(req, next, "body.refused", "BODY_INVALID", "not-utf-8");
  const parsed = parseText(text, kind, policy);
  contextOf(req).body = { kind, text, deferred: !parsed.ok };
  if (parsed.ok) req.body = parsed.value;
  else if (isForRoutesToAllow(parsed)) defer(req, parsed);
  else return refuse(req, next, "body.refused", parsed.code, parsed.because);
  next();
}

export function parseText(text: string, kind: BodyState["kind"], policy: BodyPolicy): ParsedBody {
  return kind === "json" ? parseJson(text, policy) : parseForm(text, policy);
}

type Refused = Extract<ParsedBody, { ok: false }>;

function isForRoutesToAllow({ code, because }: Refused): boolean {
  // A JSON text with the same key twice is read differently by different readers: no route can want it.
  return code === "BODY_TOO_COMPLEX" || (code === "BODY_DUPLICATE_FIELD" && because !== "json-key");
}

/** Until a parser of a route sets it, reading `req.body` refuses the request. */
function defer(req: Request, { code, because }: Refused): void {
  Object.defineProperty(req, "body", {
    configurable: true,
    enumerable: true,
    get: () => {
      const error = refusal(code, { because });
      refuseWith(req, ignore, "body.refused", error);
      throw error;
    },
    set: (value: unknown) => {
      Object.defineProperty(req, "body", { configurable: true, enumerable: true, writable: true, value });
    },
  });
}

function ignore(): void {
  // The error is thrown into whoever read the body.
}
