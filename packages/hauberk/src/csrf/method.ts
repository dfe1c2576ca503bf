import type { IncomingMessage } from "node:http";
import { refusal } from "../errors/refusal.ts";
import { contextOf } from "../internal/context.ts";
import { isSafeMethod } from "./decide.ts";

/** True for a GET with the header of a method override, and for one that an override had made of something else. */
export function claimsAnotherMethod(req: IncomingMessage & { readonly originalMethod?: unknown }): boolean {
  const { headers, originalMethod } = req;
  return (
    headers["x-http-method-override"] !== undefined ||
    headers["x-method-override"] !== undefined ||
    headers["x-http-method"] !== undefined ||
    // method-override mounted before origin(): a POST that calls itself GET would pass as safe.
    (originalMethod !== undefined && originalMethod !== contextOf(req).method)
  );
}

const PINNED: PropertyDescriptor & ThisType<IncomingMessage> = {
  configurable: true,
  enumerable: true,
  get() {
    const context = contextOf(this);
    return context.overriddenMethod ?? context.method;
  },
  set(method: unknown) {
    // "GET /notes/7?_method=DELETE" passed as safe; whatever reads `_method` comes later, and must not make it a DELETE.
    if (typeof method !== "string" || !isSafeMethod(method))
      throw refusal("METHOD_OVERRIDE_REFUSED", { because: "override-of-a-safe-method" });
    contextOf(this).overriddenMethod = method;
  },
};

/** Lets nobody turn a request that passed as safe into one that changes state, wherever an override is mounted. */
export function pinSafeMethod(req: IncomingMessage): void {
  Object.defineProperty(req, "method", PINNED);
}
