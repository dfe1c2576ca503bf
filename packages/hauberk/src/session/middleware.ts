import type { RequestHandler } from "express";
import { installAnswerHooks } from "../internal/answer.ts";
import { contextOf } from "../internal/context.ts";
import { createClock } from "./clock.ts";
import type { SessionPolicy } from "./options.ts";
import { SessionState, type SessionRuntime } from "./state.ts";
import { guardStore } from "./store-guard.ts";

export function createSessionRuntime(policy: SessionPolicy): SessionRuntime {
  return { policy, store: guardStore(policy.store, policy.storeTimeoutMs), nowMs: createClock() };
}

/** Finds the session of each request; one look-up by the hash of the cookie, none without a cookie. */
export function createSessionMiddleware(runtime: SessionRuntime): RequestHandler {
  return function sessionMiddleware(req, _res, next) {
    installAnswerHooks(req.app);
    const state = new SessionState(req, runtime);
    contextOf(req).session = state;
    const pending = state.load();
    if (pending instanceof Promise) pending.then(() => next(), next);
    else next();
  };
}
