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
  const alive = (await store.listByUser(userId))
    .filter(({ record }) => !isExpired(record, now, policy.absoluteMs))
    .toSorted(byAge);
  const excess = decideExcess(alive, { max: policy.maxPerUser, endOldest: policy.endOldest });
  const mine = excess.some(({ key }) => key === state.key);
  for (const { key } of policy.endOldest ? excess : excess.filter((each) => each.key === state.key)) {
    // oxlint-disable-next-line no-await-in-loop -- one or two at most, but for the first login under a lower limit
    await destroyWhereItWent(store, key);
    emitRequestEvent("session.ended", state.req, { because: "over-the-limit", userId });
  }
  if (!mine) return;
  state.become(undefined, undefined);
  state.newId = undefined;
  state.ended = true;
  state.show({});
  throw refusal("SESSION_LIMIT", { because: `${alive.length} sessions, limit ${policy.maxPerUser}` });
}

function byAge(a: StoredSession, b: StoredSession): number {
  return a.record.createdAtMs - b.record.createdAtMs || (a.record.handle < b.record.handle ? -1 : 1);
}

/** Which of a user's sessions, oldest first, are too many. */
export function decideExcess<T>(
  oldestFirst: readonly T[],
  policy: { readonly max: number; readonly endOldest: boolean },
): readonly T[] {
  const over = oldestFirst.length - policy.max;
  if (!(over > 0)) return [];
  return policy.endOldest ? oldestFirst.slice(0, over) : oldestFirst.slice(policy.max);
}
