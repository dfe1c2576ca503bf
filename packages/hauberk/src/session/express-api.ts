import { randomText } from "../internal/random.ts";
import type { Session } from "./session.ts";
import type { SessionState } from "./state.ts";

const promisedIds = new WeakMap<Session, string>();

/**
 * `req.session.id` as express-session has it, for libraries that name a session by it: a rate limiter's key, a room of
 * Socket.IO, csrf-csrf's `getSessionIdentifier`.
 *
 * It is the public handle, never the cookie's value: what such libraries log or show opens nothing.
 */
export function publicIdOf(state: SessionState, session: Session): string {
  return state.record?.handle ?? promisedIdOf(session);
}

/** A visitor's id before anything is stored. The session gets it when it is: what was bound to it stays bound. */
export function promisedIdOf(session: Session): string {
  const id = promisedIds.get(session) ?? randomText(12);
  promisedIds.set(session, id);
  return id;
}
