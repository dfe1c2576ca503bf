import type { IncomingMessage } from "node:http";
import type { Cookie } from "./cookie.ts";
import { keeperOf } from "./registry.ts";
import type { Store } from "./store.ts";

/**
 * What your application keeps in the session. Add your own keys by declaration merging:
 *
 * @example
 * declare module "hauberk/compat/express-session" { interface SessionData { cart: string[] } }
 */
export interface SessionData {
  cookie: Cookie;
}

/** The request as the session sees it; it need not be Express's. */
export interface SessionRequest extends IncomingMessage {
  sessionID?: unknown;
  session?: Session | null | undefined;
  sessionStore?: Store;
  secret?: string;
  originalUrl?: string;
  secure?: boolean;
  cookies?: Readonly<Record<string, unknown>>;
  signedCookies?: Readonly<Record<string, unknown>>;
}

type Callback = (error?: unknown) => void;

/**
 * `req.session`, as express-session's. Every method takes a callback, and returns a promise without one.
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- this is how req.session carries the keys of the app
export class Session {
  declare readonly req: SessionRequest;
  /** The id that is in the cookie. The store knows its hash only. */
  declare readonly id: string;

  constructor(req: object, data?: object | null) {
    Object.defineProperty(this, "req", { value: req });
    Object.defineProperty(this, "id", { value: (req as SessionRequest).sessionID });
    if (typeof data === "object" && data !== null) takeOver(this, data);
  }

  /** Starts the cookie's lifetime anew; every answer does it. */
  touch(): this {
    return this.resetMaxAge();
  }

  resetMaxAge(): this {
    this.cookie.maxAge = this.cookie.originalMaxAge;
    return this;
  }

  /** Saves now instead of with the answer. Ended meanwhile, it stays ended, and this is no error. */
  save(): Promise<void>;
  save(callback: Callback): this;
  save(callback?: Callback): Promise<void> | this {
    return this.#answer(keeperOf(this.req).save(this), callback);
  }

  /** Reads the session again into a new `req.session`, and gives up what was changed here. */
  reload(): Promise<void>;
  reload(callback: Callback): this;
  reload(callback?: Callback): Promise<void> | this {
    return this.#answer(keeperOf(this.req).reload(this), callback);
  }

  /** Ends the session. No request that is under way can bring it back. */
  destroy(): Promise<void>;
  destroy(callback: Callback): this;
  destroy(callback?: Callback): Promise<void> | this {
    return this.#answer(keeperOf(this.req).destroy(this), callback);
  }

  /** Ends the session and starts an empty one under a new id. */
  regenerate(): Promise<void>;
  regenerate(callback: Callback): this;
  regenerate(callback?: Callback): Promise<void> | this {
    return this.#answer(keeperOf(this.req).regenerate(), callback);
  }

  #answer(done: Promise<void>, callback: Callback | undefined): Promise<void> | this {
    if (callback === undefined) {
      // `req.session.save()` with nobody waiting is common; its failure must not end the process.
      done.catch(() => undefined);
      return done;
    }
    done.then(
      () => process.nextTick(callback),
      (error: unknown) => process.nextTick(callback, error),
    );
    return this;
  }
}

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- this is how req.session carries the app's keys
export interface Session extends SessionData {}

/** Copies data into a session, but nothing that would hide one of its methods or swap its prototype. */
export function takeOver(session: Session, data: object): void {
  for (const [key, value] of Object.entries(data))
    if (Object.hasOwn(session, key) ? key !== "req" && key !== "id" : !(key in session))
      Reflect.set(session, key, value);
}

/** The data as it is compared, without the cookie, whose end moves with every request. */
export function textOf(session: object): string {
  const { cookie: _cookie, ...data } = session as Partial<SessionData>;
  return JSON.stringify(data);
}
