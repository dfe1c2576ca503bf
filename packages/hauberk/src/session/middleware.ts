import type { Application, NextFunction, Request, RequestHandler } from "express";
import { isSafeMethod } from "../csrf/decide.ts";
import { installAnswerHooks } from "../internal/answer.ts";
import { contextOf } from "../internal/context.ts";
import type { ExtensibleApplication } from "../internal/express-internals.ts";
import { keepHeaders } from "../internal/header-list.ts";
import { sendPersonalText } from "../internal/send-text.ts";
import { createClock } from "./clock.ts";
import type { SessionPolicy } from "./options.ts";
import { SessionState, type SessionRuntime } from "./state.ts";
import { guardStore } from "./store-guard.ts";
import type { MaybePromise } from "./store.ts";

export function createSessionRuntime(policy: SessionPolicy): SessionRuntime {
  return { policy, store: guardStore(policy.store, policy.storeTimeoutMs), nowMs: createClock() };
}

/** Finds the session of each request; one look-up by the hash of the cookie, none without a cookie. */
export function createSessionMiddleware(runtime: SessionRuntime): RequestHandler {
  return function sessionMiddleware(req, res, next) {
    prepareApp(req.app);
    const context = contextOf(req);
    if (context.outgoing === undefined) keepHeaders(res, context);
    const state = new SessionState(req, runtime);
    context.session = state;
    const pending = attempt(() => state.load());
    if (pending instanceof Promise) {
      pending.then(
        () => next(),
        (error: unknown) => goOnWithout(state, req, next, error),
      );
    } else if (pending === undefined) next();
    else goOnWithout(state, req, next, pending.error);
  };
}

function attempt(load: () => MaybePromise<void>): Promise<void> | undefined | { readonly error: unknown } {
  try {
    const pending = load();
    return pending instanceof Promise ? pending : undefined;
  } catch (error) {
    return { error };
  }
}

/**
 * The store failed. A page that never asks for the session is served; one that does is refused or anonymous, as declared.
 * A POST never goes on: taken for a visitor's, it would act for the wrong person or lose what it was sent for.
 */
function goOnWithout(state: SessionState, req: Request, next: NextFunction, error: unknown): void {
  if (!(error instanceof Error) || !isSafeMethod(contextOf(req).method)) return next(error);
  state.loadFailure = error;
  next();
}

const prepared = new WeakSet<Application>();

/** For apps that use this part alone; hauberk() has done most of it already. */
function prepareApp(app: Application): void {
  if (prepared.has(app)) return;
  prepared.add(app);
  installAnswerHooks(app);
  sendPersonalText(app as ExtensibleApplication);
  installSessionGetter(app as ExtensibleApplication);
}

function installSessionGetter({ request }: ExtensibleApplication): void {
  if (Object.hasOwn(request, "session")) return;
  Object.defineProperty(request, "session", {
    configurable: true,
    enumerable: true,
    get(this: Request) {
      const context = contextOf(this);
      context.personal = true;
      return context.session?.session;
    },
  });
}
