import { refusal } from "../errors/refusal.ts";
import { emitRequestEvent } from "../events/index.ts";
import type { RequestContext } from "../internal/context.ts";
import { expiredCookie, serializeCookie } from "../internal/cookie.ts";
import { decodeData, encodeData, encodeForStore, mergeData } from "./data.ts";
import { promisedIdOf } from "./express-api.ts";
import { freshRecord } from "./fresh-record.ts";
import { keyOf, newSessionId } from "./id.ts";
import { followable, isMark, MAX_MOVES, type SessionRecord } from "./record.ts";
import type { Session } from "./session.ts";
import type { SessionState } from "./state.ts";
import { recordOrNothing } from "./store-guard.ts";
import { whenDone, type MaybePromise } from "./store.ts";

/** Two writers that always meet would otherwise go round for ever; 30 parallel requests need at most 30 rounds. */
const MAX_ROUNDS = 50;

/** Saves what changed and leaves the cookies for the answer in the context. Runs before the first byte leaves. */
export function commitSession(state: SessionState, context: RequestContext): MaybePromise<void> {
  return whenDone(writeChanges(state), () => {
    const { cookieName, secure, absoluteMs } = state.runtime.policy;
    if (state.newId !== undefined) {
      const cookie = serializeCookie(cookieName, state.newId, { secure, maxAgeSeconds: absoluteMs / 1000 });
      context.addCookie(cookie);
    } else if (state.ended || state.cookieRejected) {
      context.addCookie(expiredCookie(cookieName, secure));
    }
    if (state.ended) context.clearSiteData = true;
  });
}

/** Writes the session if this request changed it, else moves its idle expiry when that is due. */
export function writeChanges(state: SessionState): MaybePromise<void> {
  const session = state.opened;
  if (session === undefined || state.isUntouched) return touchIfDue(state);
  const { limitBytes } = state.runtime.policy;
  const data = encodeData(session, limitBytes);
  if (data === (state.record?.data ?? "{}")) return touchIfDue(state);
  encodeForStore(session, limitBytes);
  return state.record === undefined ? start(state, data) : replaceData(state, session, data, 1);
}

/**
 * Saves what a page that streams has changed since the first byte. A session that only now would begin is not stored:
 * its cookie can no longer be sent, and nobody would own it.
 */
export function finishSession(state: SessionState): MaybePromise<void> {
  const session = state.opened;
  if (session === undefined || state.isUntouched) return;
  const data = encodeData(session, state.runtime.policy.limitBytes);
  if (data === (state.record?.data ?? "{}")) return;
  if (state.record !== undefined) return writeChanges(state);
  emitRequestEvent("session.write-dropped", state.req, { because: "answer-begun" });
}

function start(state: SessionState, data: string): MaybePromise<void> {
  // The store failed, so who this is is not known: what they want to keep could belong to somebody's session.
  if (state.loadFailure !== undefined) throw state.loadFailure;
  // The cookie of a new session would take the place of the one the browser was just given.
  if (state.movedTo !== undefined && !state.ended)
    throw refusal("SESSION_MOVED", { because: "written under the old id" });
  const id = newSessionId();
  const key = keyOf(id);
  const record = { ...freshRecord(state, undefined, 0, data), handle: promisedIdOf(state.session) };
  return whenDone(state.runtime.store.insert(key, record), () => {
    state.become(key, record);
    state.newId = id;
    emitRequestEvent("session.started", state.req, { because: "first-value" });
  });
}

/** Compare-and-set; on a conflict the keys changed here are put onto what the other request saved. */
function replaceData(state: SessionState, session: Session, data: string, round: number): MaybePromise<void> {
  const { key, record } = state;
  if (key === undefined || record === undefined) return;
  const idleExpiresAtMs = idleExpiry(state, record);
  const next = { ...record, version: record.version + 1, data, idleExpiresAtMs };
  return whenDone(state.runtime.store.update(key, next, record.version), (outcome) => {
    if (outcome === "saved") return state.become(key, next);
    if (outcome === "gone") return dropWrite(state, "session-ended-meanwhile");
    if (round >= MAX_ROUNDS) throw refusal("SESSION_CONFLICT", { because: `${round} rounds` });
    return whenDone(rebase(state), () => {
      if (state.record === undefined) return;
      return replaceData(state, session, encodeData(session, state.runtime.policy.limitBytes), round + 1);
    });
  });
}

/**
 * Reads the session again and puts what this request changed on top of it.
 *
 * When the id was rotated meanwhile, this request goes along: the session was its own already. A visitor's session that
 * became a user's by login stays out of reach for those who knew the old id.
 */
export function rebase(
  state: SessionState,
  at: string | undefined = state.key,
  moves: number = MAX_MOVES,
): MaybePromise<void> {
  if (at === undefined) return;
  return whenDone(state.runtime.store.get(at), (found) => {
    const theirs = recordOrNothing(found);
    if (theirs === undefined || theirs === "broken") return dropWrite(state, "session-ended-meanwhile");
    if (!isMark(theirs)) return mergeInto(state, at, theirs);
    const next = followable(theirs);
    if (next === undefined) return refuseMoved(state, theirs.data);
    if (moves === 0) throw refusal("SESSION_CONFLICT", { because: `moved ${MAX_MOVES} times` });
    return rebase(state, next, moves - 1);
  });
}

function mergeInto(state: SessionState, key: string, theirs: SessionRecord): void {
  const values = decodeData(theirs.data);
  if (values === undefined || theirs.userId !== state.record?.userId)
    return dropWrite(state, "corrupt-record");
  const merged = mergeData(state.base, state.values, values);
  state.become(key, theirs);
  state.show(merged);
}

function refuseMoved(state: SessionState, movedTo: string): never {
  state.movedTo = movedTo;
  state.become(undefined, undefined);
  state.renew();
  throw refusal("SESSION_MOVED", { because: "another request logged in or regenerated the session" });
}

/** The session was ended while this request ran: what it wanted to keep dies with it. */
export function dropWrite(state: SessionState, because: string): void {
  emitRequestEvent("session.write-dropped", state.req, { because });
  state.become(undefined, undefined);
  state.renew();
}

/** A page that only read its session is not refused because the idle time could not be written: a full disk can still read. */
function touchIfDue(state: SessionState): MaybePromise<void> {
  const { record, key } = state;
  if (record === undefined || key === undefined) return;
  const expiry = idleExpiry(state, record);
  if (expiry - record.idleExpiresAtMs < state.runtime.policy.touchIntervalMs) return;
  try {
    const touched = state.runtime.store.touch(key, expiry);
    return touched instanceof Promise ? touched.catch(reportedByTheGuard) : undefined;
  } catch {
    reportedByTheGuard();
  }
}

function reportedByTheGuard(): void {
  // session.store-failed has been sent; the session is over a little earlier than it might be.
}

function idleExpiry(state: SessionState, record: SessionRecord): number {
  const { policy, nowMs } = state.runtime;
  return Math.min(nowMs() + policy.idleMs, record.absoluteExpiresAtMs);
}
