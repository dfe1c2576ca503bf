import { emitRequestEvent } from "../events/index.ts";
import { destroyWhereItWent } from "./destroy.ts";
import { endSession } from "./lifecycle.ts";
import { isExpired, type SessionRecord } from "./record.ts";
import type { SessionState } from "./state.ts";
import type { StoredSession } from "./store.ts";

/** One entry of a user's list of devices. */
export interface DeviceSession {
  readonly handle: string;
  readonly current: boolean;
  readonly startedAt: Date;
  readonly expiresAt: Date;
  readonly address: string;
  readonly userAgent: string;
}

export async function listSessions(state: SessionState): Promise<readonly DeviceSession[]> {
  const userId = state.record?.userId;
  if (userId === undefined) return [];
  const { store, nowMs, policy } = state.runtime;
  const now = nowMs();
  const found = await store.listByUser(userId);
  return newestFirst(found.filter(({ record }) => !isExpired(record, now, policy.absoluteMs))).map(
    ({ key, record }) => describeDevice(record, key === state.key),
  );
}

export function newestFirst(sessions: readonly StoredSession[]): readonly StoredSession[] {
  return sessions.toSorted((a, b) => b.record.createdAtMs - a.record.createdAtMs);
}

export function describeDevice(record: SessionRecord, current: boolean): DeviceSession {
  return {
    handle: record.handle,
    current,
    startedAt: new Date(record.createdAtMs),
    expiresAt: new Date(Math.min(record.idleExpiresAtMs, record.absoluteExpiresAtMs)),
    address: record.startedFrom.address,
    userAgent: record.startedFrom.userAgent,
  };
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
  const ended = (await destroyWhereItWent(state.runtime.store, target.key)) !== undefined;
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

/** The user's epoch ends first: whatever is being stored for them at this moment is over before it begins. */
export async function revokeAll(state: SessionState): Promise<void> {
  const userId = state.record?.userId;
  if (userId === undefined) return;
  await state.runtime.store.endEpoch(userId, state.runtime.nowMs());
  await endSession(state);
}
