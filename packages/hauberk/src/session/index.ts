import type { RequestHandler } from "express";
import { createSessionRuntime, createSessionMiddleware } from "./middleware.ts";
import { parseSessionOptions, type SessionOptions } from "./options.ts";
import { startSweeper } from "./sweeper.ts";

export type { DeviceSession } from "./devices.ts";
export type { OutagePolicy, SessionOptions } from "./options.ts";
export type { SessionRecord } from "./record.ts";
export type { SessionSchema } from "./schema.ts";
export { Session, type LoginOptions, type SessionCallback, type SessionData } from "./session.ts";
export type { MaybePromise, SessionStore, StoredSession, WriteOutcome } from "./store.ts";
export { userSessions, type UserSessions } from "./user-sessions.ts";
export { whenStoreFails } from "./outage.ts";

/**
 * Sessions alone, for an app that composes its own pipeline; `hauberk()` already includes them.
 *
 * @throws {ConfigError} `SESSION_STORE_INVALID`, `SESSION_COOKIE_INVALID`, `OPTION_RANGE` at start
 * @example app.use(session({ store: memoryStore() }));
 */
export function session(options: SessionOptions): RequestHandler {
  const runtime = createSessionRuntime(parseSessionOptions(options));
  // Until the process ends: its timer keeps nothing alive.
  startSweeper(runtime);
  return createSessionMiddleware(runtime);
}
