import { emitRequestEvent } from "../events/index.ts";
import type { RequestContext } from "../internal/context.ts";
import { expiredCookie, serializeCookie } from "../internal/cookie.ts";
import { decodeData, encodeData, mergeData, type SessionValues } from "./data.ts";
import { keyOf, newSessionId } from "./id.ts";
import { freshRecord } from "./fresh-record.ts";
import type { SessionRecord } from "./record.ts";
import type { SessionState } from "./state.ts";
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
  if (session === undefined) return touchIfDue(state);
  const data = encodeData(session, state.runtime.policy.limitBytes);
  const { record } = state;
  if (record === undefined) return data === "{}" ? undefined : start(state, data);
  if (data === record.data || data === JSON.stringify(state.base)) return touchIfDue(state);
  return replaceData(state, record, data, 1);
}

function start(state: SessionState, data: string): MaybePromise<void> {
  const id = newSessionId();
  const key = keyOf(id);
  const record = freshRecord(state, undefined, data);
  return whenDone(state.runtime.store.insert(key, record), () => {
    state.become(key, record);
    state.newId = id;
    emitRequestEvent("session.started", state.req, { because: "first-value" });
  });
}

/** Compare-and-set; on a conflict the keys changed here are put onto what the other request saved. */
function replaceData(
  state: SessionState,
  current: SessionRecord,
  data: string,
  round: number,
): MaybePromise<void> {
  const { key } = state;
  if (key === undefined) return;
  const next = {
    ...current,
    version: current.version + 1,
    data,
    idleExpiresAtMs: idleExpiry(state, current),
  };
  return whenDone(state.runtime.store.update(key, next, current.version), (outcome) => {
    if (outcome === "saved") return state.become(key, next);
    if (outcome === "gone") return dropWrite(state);
    return mergeAndRetry(state, key, data, round);
  });
}

function mergeAndRetry(state: SessionState, key: string, data: string, round: number): MaybePromise<void> {
  if (round >= MAX_ROUNDS) throw new Error("The session kept changing while it was being saved.");
  return whenDone(state.runtime.store.get(key), (theirs) => {
    const values = theirs === undefined ? undefined : decodeData(theirs.data);
    if (theirs === undefined || values === undefined) return dropWrite(state);
    const mine: SessionValues = decodeData(data) ?? {};
    const merged = mergeData(state.base, mine, values);
    const text = encodeData(merged, state.runtime.policy.limitBytes);
    return whenDone(replaceData(state, theirs, text, round + 1), () => state.absorb(merged));
  });
}

/** The session was ended while this request ran: what it wanted to keep dies with it. */
function dropWrite(state: SessionState): void {
  emitRequestEvent("session.write-dropped", state.req, { because: "session-ended-meanwhile" });
  state.become(undefined, undefined);
}

function touchIfDue(state: SessionState): MaybePromise<void> {
  const { record, key } = state;
  if (record === undefined || key === undefined) return;
  const expiry = idleExpiry(state, record);
  if (expiry - record.idleExpiresAtMs < state.runtime.policy.touchIntervalMs) return;
  return state.runtime.store.touch(key, expiry);
}

function idleExpiry(state: SessionState, record: SessionRecord): number {
  const { policy, nowMs } = state.runtime;
  return Math.min(nowMs() + policy.idleMs, record.absoluteExpiresAtMs);
}
