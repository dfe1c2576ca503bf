import { createClock } from "./clock.ts";
import { destroyWhereItWent } from "./destroy.ts";
import { describeDevice, newestFirst, type DeviceSession } from "./devices.ts";
import { isExpired } from "./record.ts";
import { guardStore } from "./store-guard.ts";
import type { SessionStore } from "./store.ts";

/** A user's sessions, seen from outside a request: an administrator's page, a job, a password reset by mail. */
export interface UserSessions {
  list(userId: string): Promise<readonly DeviceSession[]>;
  /** Ends one by its handle; false when this user has none of that name. */
  revoke(userId: string, handle: string): Promise<boolean>;
  /** Ends all of them in one step, and every login that is under way: call it when a password was reset. */
  revokeAll(userId: string): Promise<void>;
}

const DEADLINE_MS = 5000;
const YEAR_MS = 31_536_000_000;

/**
 * Works on the sessions of any user, without being one of them.
 *
 * @throws {HttpError} `SESSION_STORE_FAILED` when the store does not answer
 * @example await userSessions(store).revokeAll(String(user.id));
 */
export function userSessions(sessionStore: SessionStore): UserSessions {
  const store = guardStore(sessionStore, DEADLINE_MS);
  const nowMs = createClock();
  return {
    list: async (userId) => {
      const found = await store.listByUser(userId);
      const alive = found.filter(({ record }) => !isExpired(record, nowMs(), YEAR_MS));
      return newestFirst(alive).map(({ record }) => describeDevice(record, false));
    },
    revoke: async (userId, handle) => {
      const found = await store.listByUser(userId);
      const target = found.find(({ record }) => record.handle === handle);
      if (target === undefined) return false;
      return (await destroyWhereItWent(store, target.key)) !== undefined;
    },
    revokeAll: async (userId) => store.endEpoch(userId, nowMs()),
  };
}
