import type { ServerResponse } from "node:http";
import type { RequestHandler } from "express";
import { holdAnswer } from "../../internal/answer.ts";
import { contextOf } from "../../internal/context.ts";
import { Cookie } from "./cookie.ts";
import { pathMatches } from "./decide.ts";
import { facadeOf } from "./facade.ts";
import { HashedStore } from "./hashed-store.ts";
import { MemoryStore } from "./memory-store.ts";
import { parseOptions, type SessionOptions } from "./options.ts";
import { keeperOf, register } from "./registry.ts";
import { idOfRequest, pathOfRequest } from "./request.ts";
import { RequestSession } from "./request-session.ts";
import { Session, type SessionRequest } from "./session.ts";
import { Store } from "./store.ts";

export type { CookieData, CookieOptions } from "./cookie.ts";
export type { SessionOptions } from "./options.ts";
export type { SessionData } from "./session.ts";
export { Cookie, MemoryStore, Session, Store };

type Next = (error?: unknown) => void;

/**
 * express-session 1.19 with another engine: the same options, defaults, cookies and `req.session`.
 *
 * Different on purpose: the store sees the hash of an id; what parallel requests write is merged; a session that was
 * ended stays ended; and a session is saved before the first byte of the answer, or the answer is a 503.
 * docs/guide/sessions.md says when to take it and when to move on.
 *
 * @throws {TypeError} as express-session: for a `genid`, `unset` or `secret` that cannot be used
 * @example app.use(session({ secret: process.env.SECRET, resave: false, saveUninitialized: false, store }));
 */
const expressSession: SessionFactory = Object.assign(createMiddleware, {
  Cookie,
  MemoryStore,
  Session,
  Store,
});

export interface SessionFactory {
  (options?: SessionOptions): RequestHandler;
  readonly Cookie: typeof Cookie;
  readonly MemoryStore: typeof MemoryStore;
  readonly Session: typeof Session;
  readonly Store: typeof Store;
}

function createMiddleware(options?: SessionOptions): RequestHandler {
  const policy = parseOptions(options);
  const store = new HashedStore(policy.inner);
  const facade = facadeOf(store, generate);
  const ready = watch(policy.inner);
  Reflect.set(policy.inner, "generate", generate);

  function generate(req: SessionRequest): void {
    const keeper = keeperOf(req);
    if (keeper instanceof RequestSession) keeper.generate();
    else newRequestSession(req, undefined, policy.secrets ?? []).generate();
  }

  function newRequestSession(
    req: SessionRequest,
    cookieId: string | undefined,
    secrets: readonly string[],
  ): RequestSession {
    const current = new RequestSession(req, { policy, store, secrets, cookieId });
    register(req, current);
    return current;
  }

  function session(req: SessionRequest, res: ServerResponse, next: Next): void {
    if (req.session || !ready()) return next();
    if (!pathMatches(pathOfRequest(req), policy.cookieOf(req).path ?? "/")) return next();
    const secrets = policy.secrets ?? (req.secret ? [req.secret] : undefined);
    if (secrets === undefined) return next(new Error("secret option required for sessions"));
    req.sessionStore = facade;
    const cookieId = idOfRequest(req, policy.name, secrets);
    req.sessionID = cookieId;
    const current = newRequestSession(req, cookieId, secrets);
    saveBeforeAnswer(req, res, current);
    if (cookieId === undefined) {
      current.start();
      return next();
    }
    current.load().then(() => next(), next);
  }
  return session as unknown as RequestHandler;
}

/** Stores of the ecosystem tell by events that they lost their server, and that they found it again. */
function watch(inner: object): () => boolean {
  let ready = true;
  const { on } = inner as { readonly on?: (event: string, listener: () => void) => void };
  on?.call(inner, "disconnect", () => (ready = false));
  on?.call(inner, "connect", () => (ready = true));
  return () => ready;
}

function saveBeforeAnswer(req: SessionRequest, res: ServerResponse, current: RequestSession): void {
  let committed: Promise<void> | undefined;
  let failed = false;
  let ended = false;
  contextOf(req).commit = () => {
    committed ??= current.commit().catch((error: unknown) => {
      failed = true;
      throw error;
    });
    return committed;
  };
  holdAnswer(res, (answer) => current.writeCookie(answer));
  // oxlint-disable-next-line typescript/unbound-method -- called with `res`; missing at the upgrade to a WebSocket
  const end = res.end as ((...parameters: unknown[]) => ServerResponse) | undefined;
  if (end === undefined) return;
  // A page that streams may change its session between the first byte and the last.
  res.end = function endSaved(...parameters: unknown[]): ServerResponse {
    if (ended && !failed) return res;
    ended = true;
    const finish = (): unknown => end.apply(res, parameters);
    if (committed === undefined || failed) return end.apply(res, parameters);
    committed.then(
      // The status is out: an answer cut short is all that is left to say that it was not saved.
      () => current.finish().then(finish, () => res.destroy()),
      finish,
    );
    return res;
  } as ServerResponse["end"];
}

// With the second name, `require()` gives the function itself, as express-session's.
export { expressSession as default, expressSession as "module.exports" };
