import { emitRequestEvent } from "../events/index.ts";
import { contextOf } from "../internal/context.ts";
import { randomText } from "../internal/random.ts";
import { writeChanges } from "./commit.ts";
import { encodeData } from "./data.ts";
import { freshRecord } from "./fresh-record.ts";
import { keyOf, newSessionId } from "./id.ts";
import { isExpired, type SessionRecord } from "./record.ts";
import type { SessionState } from "./state.ts";

/** One entry of a user's list of devices. */
export interface DeviceSession {
  readonly handle: string;
  readonly current: boolean;
  readonly startedAt: Date;
  readonly expiresAt: Date;
  readonly address: string;
  readonly userAgent: string;
}

/** Stores a record under a new id in place of the old one, if there was one, and has the cookie sent. */
async function moveTo(state: SessionState, record: SessionRecord): Promise<void> {
  const { store } = state.runtime;
  const id = newSessionId();
  const key = keyOf(id);
  const outcome = state.key === undefined ? "gone" : await store.replace(state.key, key, record);
  // "gone": there was no session, or another request ended it meanwhile. A login makes a new one either way.
  if (outcome === "gone") await store.insert(key, record);
  state.become(key, record);
  state.newId = id;
  contextOf(state.req).personal = true;
}

export async function startLogin(
  state: SessionState,
  userId: string,
  keep: readonly string[],
): Promise<void> {
  if (typeof userId !== "string" || userId === "")
    throw new TypeError("login(): the user id must be a non-empty string.");
  const session = state.session;
  for (const key of Object.keys(session)) if (!keep.includes(key)) Reflect.deleteProperty(session, key);
  await moveTo(state, freshRecord(state, userId, encodeData(session, state.runtime.policy.limitBytes)));
  state.ended = false;
  emitRequestEvent("session.started", state.req, { because: "login", userId });
}

export async function rotateSession(state: SessionState): Promise<void> {
  await saveSession(state);
  const { record } = state;
  if (record === undefined) return;
  await moveTo(state, { ...record, version: record.version + 1, handle: randomText(12) });
  emitRequestEvent("session.rotated", state.req, userOf(record));
}

export async function endSession(state: SessionState): Promise<void> {
  const { session, key, record } = state;
  for (const name of Object.keys(session)) Reflect.deleteProperty(session, name);
  state.become(undefined, undefined);
  state.newId = undefined;
  state.ended = true;
  contextOf(state.req).personal = true;
  if (key === undefined) return;
  await state.runtime.store.destroy(key);
  emitRequestEvent("session.ended", state.req, { because: "logout", ...userOf(record) });
}

export async function saveSession(state: SessionState): Promise<void> {
  await writeChanges(state);
}

export async function listSessions(state: SessionState): Promise<readonly DeviceSession[]> {
  const userId = state.record?.userId;
  if (userId === undefined) return [];
  const { store, nowMs, policy } = state.runtime;
  const now = nowMs();
  const found = await store.listByUser(userId);
  return found
    .filter(({ record }) => !isExpired(record, now, policy.absoluteMs))
    .toSorted((a, b) => b.record.createdAtMs - a.record.createdAtMs)
    .map(({ key, record }) => ({
      handle: record.handle,
      current: key === state.key,
      startedAt: new Date(record.createdAtMs),
      expiresAt: new Date(Math.min(record.idleExpiresAtMs, record.absoluteExpiresAtMs)),
      address: record.startedFrom.address,
      userAgent: record.startedFrom.userAgent,
    }));
}

/** Looks the handle up among the user's own sessions: a handle of somebody else finds nothing. */
export async function revokeSession(state: SessionState, handle: string): Promise<boolean> {
  const userId = state.record?.userId;
  if (userId === undefined) return false;
  const found = await state.runtime.store.listByUser(userId);
  const target = found.find(({ record }) => record.handle === handle);
  if (target === undefined) return false;
  if (target.key === state.key) {
    await endSession(state);
    return true;
  }
  const ended = await state.runtime.store.destroy(target.key);
  if (ended) emitRequestEvent("session.ended", state.req, { because: "revoked", userId });
  return ended;
}

export async function revokeOthers(state: SessionState): Promise<number> {
  const userId = state.record?.userId;
  if (userId === undefined) return 0;
  const ended = await state.runtime.store.destroyByUser(userId, state.key);
  if (ended > 0) emitRequestEvent("session.ended", state.req, { because: `revoked ${ended} others`, userId });
  return ended;
}

function userOf(record: SessionRecord | undefined): { readonly userId?: string } {
  return record?.userId === undefined ? {} : { userId: record.userId };
}
