import { refusal } from "../errors/refusal.ts";
import { cookieView, type CookieView } from "./cookie-view.ts";
import { listSessions, revokeAll, revokeOthers, revokeSession, type DeviceSession } from "./devices.ts";
import { publicIdOf } from "./express-api.ts";
import {
  endSession,
  regenerateSession,
  reloadSession,
  rotateSession,
  saveSession,
  startLogin,
} from "./lifecycle.ts";
import type { SessionState } from "./state.ts";

/**
 * What your application keeps in the session. Add your own keys by declaration merging:
 *
 * @example
 * import "hauberk/session"; // a file that names a module to extend must import it
 * declare module "hauberk/session" { interface SessionData { cart: string[] } }
 */
// oxlint-disable-next-line typescript/no-empty-interface -- empty so that applications can add to it
export interface SessionData {}

export interface LoginOptions {
  /** The keys of the visitor's session that stay; everything else is dropped. @default [] */
  readonly keep?: readonly string[];
}

/** As express-session calls back: with an error or with nothing. */
export type SessionCallback = (error?: unknown) => void;

/**
 * `req.session`: your data as plain properties, and the few calls a login needs.
 *
 * Setting a property starts a session if there is none; reading never does. Changes are saved before the first byte of
 * the answer leaves; if that fails the client gets a 503 and no cookie.
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- this is how req.session carries the keys of the app
export class Session {
  readonly #state: SessionState;

  constructor(state: SessionState) {
    this.#state = state;
  }

  /** Who logged in, or undefined. */
  get userId(): string | undefined {
    return this.#state.record?.userId;
  }

  /** The public name of this session in `list()`. */
  get handle(): string | undefined {
    return this.#state.record?.handle;
  }

  /**
   * Names this session, as express-session's `id`, but is not what the cookie holds. Another one after a login, a
   * rotation or `regenerate()`; a visitor's changes with every request until something is stored.
   */
  get id(): string {
    return publicIdOf(this.#state, this);
  }

  /** True while nothing is stored for this visitor. */
  get isNew(): boolean {
    return this.#state.record === undefined;
  }

  /**
   * Logs a user in: a new id (the old one is worthless at once), only the kept keys, new CSRF tokens, lifetimes from now.
   *
   * @throws {TypeError} when `userId` is not a non-empty string
   * @throws {HttpError} `SESSION_STORE_FAILED` (503) when it could not be stored; nobody is logged in then
   * @see OWASP ASVS 5.0 v5.0.0-7.2.4
   * @example await req.session.login(String(user.id), { keep: ["cart"] });
   */
  login(userId: string, options: LoginOptions = {}): Promise<void> {
    return startLogin(this.#state, userId, options.keep ?? []);
  }

  /**
   * Ends the session for certain: gone from the store, cookie expired, `Clear-Site-Data` sent. A request of the same
   * session that is still running cannot bring it back.
   *
   * @see OWASP ASVS 5.0 v5.0.0-7.4.1 and 14.3.1
   */
  logout(): Promise<void> {
    return endSession(this.#state);
  }

  /** Gives the session a new id and keeps everything else; call it when privileges change. */
  rotate(): Promise<void> {
    return rotateSession(this.#state);
  }

  /** The sessions of the user who is logged in, newest first; an empty list for a visitor. */
  list(): Promise<readonly DeviceSession[]> {
    return listSessions(this.#state);
  }

  /** Ends one of the user's sessions by its handle; false when there is none of that name. */
  revoke(handle: string): Promise<boolean> {
    return revokeSession(this.#state, handle);
  }

  /** Ends every other session of the user, for example after a change of password; returns how many. */
  revokeOthers(): Promise<number> {
    return revokeOthers(this.#state);
  }

  /**
   * Ends every session of the user, this one included, in one step that does not depend on how many there are. Whatever
   * is being logged in at this moment with the old password is over before it begins.
   */
  revokeAll(): Promise<void> {
    return revokeAll(this.#state);
  }

  /** Saves now instead of with the answer, for work that must not start before the data is safe. */
  save(): Promise<void>;
  save(callback: SessionCallback): this;
  save(callback?: SessionCallback): Promise<void> | this {
    return this.#answer(saveSession(this.#state), callback);
  }

  /** Reads the session again and gives up what was changed here. As express-session's. */
  reload(): Promise<void>;
  reload(callback: SessionCallback): this;
  reload(callback?: SessionCallback): Promise<void> | this {
    return this.#answer(reloadSession(this.#state), callback);
  }

  /** A new id and an empty session, as express-session's; `login()` does this and more. */
  regenerate(): Promise<void>;
  regenerate(callback: SessionCallback): this;
  regenerate(callback?: SessionCallback): Promise<void> | this {
    return this.#answer(regenerateSession(this.#state), callback);
  }

  /** The same as `logout()`, under express-session's name. */
  destroy(): Promise<void>;
  destroy(callback: SessionCallback): this;
  destroy(callback?: SessionCallback): Promise<void> | this {
    return this.#answer(endSession(this.#state), callback);
  }

  /** Does nothing: the idle time is moved by every request. Here because express-session has it. */
  touch(): this {
    return this;
  }

  /** What the session's cookie is like, for libraries that look at express-session's. It cannot be changed here. */
  get cookie(): CookieView {
    return cookieView(this.#state.record, this.#state.runtime);
  }

  #answer(done: Promise<void>, callback: SessionCallback | undefined): Promise<void> | this {
    if (callback === undefined) return done;
    // On a later turn: what the callback throws is the application's error, not a rejection of this promise.
    done.then(
      () => process.nextTick(callback),
      (error: unknown) => process.nextTick(callback, error),
    );
    return this;
  }
}

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- this is how req.session carries the app's keys
export interface Session extends Partial<SessionData> {}

/**
 * `Object.assign(req.session, JSON.parse(body))` sets the prototype of `{"__proto__":{"userId":"admin"}}`: the request would
 * go on as the user it named.
 */
Object.defineProperty(Session.prototype, "__proto__", {
  get: () => Session.prototype,
  set: () => {
    throw refusal("SESSION_DATA_INVALID", { because: 'the key "__proto__" is reserved' });
  },
});
