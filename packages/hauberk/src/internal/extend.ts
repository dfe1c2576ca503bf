import type { Request, Response } from "express";
import { guardQuery } from "../body/query.ts";
import { guardRedirects } from "../origin/guard-redirects.ts";
import { contextOf } from "./context.ts";
import type { ExtensibleApplication } from "./express-internals.ts";
import { lazyLocals } from "./locals.ts";

type Render = (view: string, options?: Record<string, unknown> | RenderDone, done?: RenderDone) => void;
type RenderDone = (error: Error | null, html: string) => void;

/** Adds what the pipeline knows to `req`, and the lazy values to every template. Express documents both as the way. */
export function extendRequestAndResponse(app: ExtensibleApplication): void {
  const getters: Record<string, (this: Request) => unknown> = {
    id() {
      return contextOf(this).requestId;
    },
    clientAddress() {
      return contextOf(this).clientAddress;
    },
    scheme() {
      return contextOf(this).scheme;
    },
    canonicalOrigin() {
      return contextOf(this).canonicalOrigin;
    },
    session() {
      const context = contextOf(this);
      context.personal = true;
      return context.session?.session;
    },
    // Express's own answers come from the socket or from headers nobody declared.
    ip() {
      return contextOf(this).clientAddress;
    },
    protocol() {
      return contextOf(this).scheme;
    },
    secure() {
      return contextOf(this).scheme === "https";
    },
    host() {
      return new URL(contextOf(this).canonicalOrigin).host;
    },
    hostname() {
      return new URL(contextOf(this).canonicalOrigin).hostname;
    },
  };
  for (const [name, get] of Object.entries(getters)) {
    Object.defineProperty(app.request, name, { configurable: true, enumerable: true, get });
  }
  guardQuery(app.request);
  guardRedirects(app.response);
  const response = app.response as unknown as { render: Render };
  const { render } = response;
  response.render = function renderWithLazyLocals(this: Response, view, options, done): void {
    const lazy = lazyLocals(this.locals);
    if (typeof options === "function") render.call(this, view, lazy, options);
    else render.call(this, view, { ...lazy, ...options }, done);
  };
}
