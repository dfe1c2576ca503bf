import type { Response } from "express";
import { findContext } from "./context.ts";
import type { ExtensibleApplication } from "./express-internals.ts";

type Send = (this: Response, body?: unknown) => Response;

/** As Express's `res.type("html")` sets it. */
const HTML = "text/html; charset=utf-8";

/**
 * Sends the text of a personal answer without an entity tag, and in one piece with its head.
 *
 * Nobody may store such an answer (see headers/cache.ts), so nobody can ask whether it changed: hashing it, and turning it
 * into bytes first, is work for nothing. Everything else goes the way of Express's own `res.send`.
 *
 * @see RFC 9110 section 8.8.3
 */
export function sendPersonalText(app: ExtensibleApplication): void {
  if (sending.has(app)) return;
  sending.add(app);
  const response = app.response as unknown as { send: Send };
  const { send } = response;
  response.send = function sendText(this: Response, body): Response {
    if (typeof body !== "string" || !isPlainAnswer(this)) return send.call(this, body);
    this.setHeader("Content-Length", Buffer.byteLength(body));
    return this.req.method === "HEAD" ? this.end() : this.end(body, "utf8");
  };
}

const sending = new WeakSet<object>();

/** True for an answer on which Express would set nothing but the length and the tag. Gives it a type if it has none. */
function isPlainAnswer(res: Response): boolean {
  const { statusCode, req } = res;
  if (findContext(req)?.personal !== true || HAS_NO_BODY.has(statusCode)) return false;
  // A route's own tag or date may answer these with 304.
  if (req.headers["if-none-match"] !== undefined || req.headers["if-modified-since"] !== undefined)
    return false;
  if (res.hasHeader("Transfer-Encoding")) return false;
  const type = res.getHeader("Content-Type");
  if (type === undefined) res.setHeader("Content-Type", HTML);
  return type === undefined || (typeof type === "string" && type.endsWith("; charset=utf-8"));
}

const HAS_NO_BODY: ReadonlySet<number> = new Set([204, 205, 304]);
