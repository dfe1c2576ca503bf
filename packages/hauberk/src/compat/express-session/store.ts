import { EventEmitter } from "node:events";
import { reviveCookie } from "./cookie.ts";
import { Session, type SessionRequest } from "./session.ts";
import type { StoredData } from "./hashed-store.ts";

type Callback = (error?: unknown, session?: unknown) => void;

/**
 * What a store made for express-session extends. `get`, `set` and `destroy` are the store's own; `touch` is optional.
 *
 * Emit "disconnect" and "connect" to say that requests are to go without a session for a while, as with express-session.
 */
export abstract class Store extends EventEmitter {
  abstract get(sid: string, callback: Callback): void;
  abstract set(sid: string, session: object, callback?: Callback): void;
  abstract destroy(sid: string, callback?: Callback): void;
  touch?(sid: string, session: object, callback?: Callback): void;
  /** Set by the middleware: gives a request a new session. */
  declare generate: (req: object) => void;

  /** Ends the session of a request and gives it a new one. */
  regenerate(req: SessionRequest, callback: Callback): void {
    this.destroy(String(req.sessionID), (error) => {
      this.generate(req);
      callback(error);
    });
  }

  /** Reads a session without being its request. */
  load(sid: string, callback: Callback): void {
    this.get(sid, (error, found) => {
      if (error !== undefined && error !== null) return callback(error);
      if (found === undefined || found === null) return callback();
      const req = { sessionID: sid, sessionStore: this } as unknown as SessionRequest;
      callback(null, this.createSession(req, found as StoredData));
    });
  }

  createSession(req: SessionRequest, stored: StoredData): Session {
    return createSession(req, stored);
  }
}

/** Makes `req.session` of what a store had. */
export function createSession(req: SessionRequest, stored: StoredData): Session {
  const session = new Session(req, { ...stored, cookie: reviveCookie(stored.cookie) });
  req.session = session;
  return session;
}
