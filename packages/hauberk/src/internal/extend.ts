import type { Request, Response } from "express";
import { guardQuery } from "../body/query.ts";
import { refusal } from "../errors/refusal.ts";
import { guardRedirects } from "../origin/guard-redirects.ts";
import { showOriginView } from "../origin/request-view.ts";
import { contextOf } from "./context.ts";
import type { ExtensibleApplication } from "./express-internals.ts";
import { lazyLocals } from "./locals.ts";
import { sendPersonalText } from "./send-text.ts";

type Render = (view: string, options?: Record<string, unknown> | RenderDone, done?: RenderDone) => void;
type RenderDone = (error: Error | null, html: string) => void;

type SetCookie = (this: Response, ...parameters: unknown[]) => void;

/** Name and value together. */
const MAX_COOKIE_BYTES = 4096;

/** Adds what the pipeline knows to `req`, and the lazy values to every template. Express documents both as the way. */
export function extendRequestAndResponse(app: ExtensibleApplication): void {
  const getters: Record<string, (this: Request) => unknown> = {
    id() {
      return contextOf(this).requestId;
    },
    session() {
      const context = contextOf(this);
      context.personal = true;
      return context.session?.session;
    },
  };
  for (const [name, get] of Object.entries(getters)) {
    Object.defineProperty(app.request, name, { configurable: true, enumerable: true, get });
  }
  // pino-http assigns the id it has just read; any other value is not taken over.
  Object.defineProperty(app.request, "id", { set: ignore });
  showOriginView(app.request);
  guardQuery(app.request);
  guardRedirects(app.response);
  sendPersonalText(app);
  extendRender(app);
  const response = app.response as unknown as { cookie: SetCookie };
  const { cookie } = response;
  response.cookie = function cookieThatBrowsersKeep(this: Response, ...parameters): Response {
    cookie.apply(this, parameters);
    assertBrowsersKeep(this.getHeader("Set-Cookie"));
    return this;
  };
}

/** Gives every template the lazy values of `res.locals`, once for an app. */
export function extendRender(app: ExtensibleApplication): void {
  if (rendering.has(app)) return;
  rendering.add(app);
  const response = app.response as unknown as { render: Render };
  const { render } = response;
  response.render = function renderWithLazyLocals(this: Response, view, options, done): void {
    const lazy = lazyLocals(this.locals);
    if (typeof options === "function") render.call(this, view, lazy, options);
    else render.call(this, view, { ...lazy, ...options }, done);
  };
}

const rendering = new WeakSet<object>();

/**
 * A browser drops a larger cookie without a word, and the application goes on as if it had been kept.
 *
 * @throws {HttpError} `COOKIE_TOO_LARGE`
 * @see draft-ietf-httpbis-rfc6265bis section 5.6; OWASP ASVS 5.0 v5.0.0-3.3.5
 */
function assertBrowsersKeep(setCookie: unknown): void {
  const lines: readonly unknown[] = Array.isArray(setCookie) ? setCookie : [setCookie];
  const [pair = ""] = String(lines.at(-1)).split(";", 1);
  const bytes = Buffer.byteLength(pair) - 1;
  if (!(bytes <= MAX_COOKIE_BYTES)) throw refusal("COOKIE_TOO_LARGE", { because: `${bytes} bytes` });
}

function ignore(): void {
  // What was there stays.
}
