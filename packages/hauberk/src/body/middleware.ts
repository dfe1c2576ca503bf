import bodyParser from "body-parser";
import type { IncomingMessage } from "node:http";
import type { NextFunction, Request, RequestHandler } from "express";
import { refuse } from "../errors/refuse.ts";
import { contextOf } from "../internal/context.ts";
import type { HttpErrorCode } from "../internal/error-codes.ts";
import type { BodyPolicy } from "./options.ts";
import { bodyKind, parseForm, parseJson, type BodyKind, type ParsedBody } from "./parse.ts";

const WITHOUT_BODY: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Parses JSON and forms into `req.body`; every other type is left unread for the route that wants it.
 * Express's own body-parser reads, inflates and counts; what the bytes mean is decided here.
 */
export function createBodyMiddleware(policy: BodyPolicy): RequestHandler {
  const read = bodyParser.raw({ type: () => true, limit: policy.limitBytes, inflate: true });
  return function bodyMiddleware(req, res, next) {
    if (WITHOUT_BODY.has(contextOf(req).method)) return next();
    const kind = bodyKind(req.headers["content-type"]);
    if (kind === "other") return next();
    if (kind === "unsupported-charset")
      return refuse(req, next, "body.refused", "BODY_TYPE_UNSUPPORTED", "charset");
    read(req, res, (error?: unknown) => {
      if (error !== undefined && error !== null) return refuseUnreadable(req, next, error);
      finish(req, next, kind, policy);
    });
  };
}

function finish(req: Request, next: NextFunction, kind: BodyKind, policy: BodyPolicy): void {
  const bytes: unknown = req.body;
  // No body was announced: there is nothing to parse, and `req.body` stays undefined.
  if (!Buffer.isBuffer(bytes)) return next();
  if (bytes.length === 0 && kind === "json") {
    // DELETE with a JSON content type and no body is what API clients send.
    req.body = undefined;
    return next();
  }
  const parsed = parseBytes(bytes, kind, policy);
  if (!parsed.ok) {
    req.body = undefined;
    return refuse(req, next, "body.refused", parsed.code, parsed.because);
  }
  req.body = parsed.value;
  next();
}

function parseBytes(bytes: Buffer, kind: BodyKind, policy: BodyPolicy): ParsedBody {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { ok: false, code: "BODY_INVALID", because: "not-utf-8" };
  }
  return kind === "json" ? parseJson(text, policy) : parseForm(text, policy);
}

/** body-parser's errors carry a status; anything else it might throw here is still the client's doing. */
function refuseUnreadable(req: IncomingMessage, next: NextFunction, error: unknown): void {
  const { status, type } = error as { readonly status?: number; readonly type?: string };
  const code: HttpErrorCode =
    status === 413 ? "BODY_TOO_LARGE" : status === 415 ? "BODY_TYPE_UNSUPPORTED" : "BODY_INVALID";
  refuse(req, next, "body.refused", code, type ?? "unreadable", { cause: error });
}
