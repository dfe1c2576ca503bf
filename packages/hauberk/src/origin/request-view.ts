import type { Request } from "express";
import { contextOf } from "../internal/context.ts";

const shown = new WeakSet<Request>();

/** Puts onto an app's requests what was decided about each: who asked, over which scheme, and for which origin. */
export function showOriginView(request: Request): void {
  if (shown.has(request)) return;
  shown.add(request);
  for (const [name, get] of Object.entries(VIEW))
    Object.defineProperty(request, name, { configurable: true, enumerable: true, get });
}

const VIEW: Readonly<Record<string, (this: Request) => unknown>> = {
  clientAddress() {
    return contextOf(this).clientAddress;
  },
  scheme() {
    return contextOf(this).scheme;
  },
  canonicalOrigin() {
    return contextOf(this).canonicalOrigin;
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
    return contextOf(this).canonicalOrigin.replace(/^https?:\/\//, "");
  },
  hostname() {
    return contextOf(this)
      .canonicalOrigin.replace(/^https?:\/\//, "")
      .replace(/:\d+$/, "");
  },
};
