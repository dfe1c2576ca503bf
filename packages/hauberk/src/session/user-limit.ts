import { refusal } from "../errors/refusal.ts";
import { emitRequestEvent } from "../events/index.ts";
import { destroyWhereItWent } from "./destroy.ts";
import { isExpired } from "./record.ts";
import type { SessionState } from "./state.ts";
import type { StoredSession } from "./store.ts";

/**
 * Ends a user's sessions beyond the limit, or the new one where that is the rule.
 * Counted after the login, oldest first by time and handle: parallel logins come to the same result.
 */
export async function enforceLimit(state: SessionState, userId: string): Promise<void> {
  const { store, policy, nowMs } = state.runtime;
  const now = nowMs();
  const alive = oldestFirst(
    (await listOrEnd(state, userId)).filter(({ record }) => !isExpired(record, now, policy.absoluteMs)),
    now,
  );
  const excess = decideExcess(alive, { max: policy.maxPerUser, endOldest: policy.endOldest });
  const mine = excess.some(({ key }) => key === state.key);
  // Others too where the newest are refused: one that began after this one may have been counted before this one was stored.
  for (const { key } of excess) {
    // oxlint-disable-next-line no-await-in-loop -- one or two at most, but for the first login under a lower limit
    await destroyWhereItWent(store, key);
    emitRequestEvent("session.ended", state.req, { because: "over-the-limit", userId });
  }
  if (!mine) return;
  forget(state);
  throw refusal("SESSION_LIMIT", { because: `${alive.length} sessions, limit ${policy.maxPerUser}` });
}

/** A login that cannot be counted is none: answered with an error, it must leave no session and no cookie of one. */
async function listOrEnd(state: SessionState, userId: string): Promise<readonly StoredSession[]> {
  const { store } = state.runtime;
  try {
    return await store.listByUser(userId);
  } catch (error) {
    const { key } = state;
    forget(state);
    // When this fails as well, the record stays under an id that nobody was ever told.
    if (key !== undefined) await destroyWhereItWent(store, key).catch(() => undefined);
    throw error;
  }
}

function forget(state: SessionState): void {
  state.become(undefined, undefined);
  state.newId = undefined;
  state.ended = true;
  state.show({});
}

/**
 * By time and handle, so that all count alike. What begins later than now was begun by a clock that is ahead, before this
 * login: it counts as older, or a login would be the oldest of all and end itself.
 */
function oldestFirst(sessions: readonly StoredSession[], nowMs: number): readonly StoredSession[] {
  const beganAt = ({ record }: StoredSession): number =>
    record.createdAtMs > nowMs ? 0 : record.createdAtMs;
  return sessions.toSorted((a, b) => beganAt(a) - beganAt(b) || (a.record.handle < b.record.handle ? -1 : 1));
}

/** Which of a user's sessions, oldest first, are too many. */
export function decideExcess<T>(
  sessions: readonly T[],
  policy: { readonly max: number; readonly endOldest: boolean },
): readonly T[] {
  const over = sessions.length - policy.max;
  if (!(over > 0)) return [];
  return policy.endOldest ? sessions.slice(0, over) : sessions.slice(policy.max);
}
