import type { Response } from "express";
import { refusal } from "../errors/refusal.ts";
import { emitRequestEvent } from "../events/index.ts";
import { contextOf } from "../internal/context.ts";
import { refuseRedirect } from "./redirect.ts";

const guarded = new WeakSet<object>();

/**
 * Makes `res.location()`, and `res.redirect()` which calls it, refuse targets outside the canonical origins and
 * `redirectTo`. The refusal is thrown into the route.
 *
 * @param response the prototype of an app's responses
 */
export function guardRedirects(response: Response): void {
  if (guarded.has(response)) return;
  guarded.add(response);
  const target = response as unknown as { location: (this: Response, url: unknown) => Response };
  const { location } = target;
  target.location = function locationWithin(url): Response {
    const { redirects, canonicalOrigin } = contextOf(this.req);
    const because =
      redirects === undefined
        ? undefined
        : refuseRedirect(String(url), canonicalOrigin + this.req.originalUrl, redirects);
    if (because === undefined) return location.call(this, url);
    const error = refusal("REDIRECT_REFUSED", { because });
    emitRequestEvent("redirect.refused", this.req, { code: error.code, because, status: error.status });
    contextOf(this.req).reported = error;
    throw error;
  };
}
