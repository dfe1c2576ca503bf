import { refusal } from "../errors/refusal.ts";
import { emitEvent } from "../events/index.ts";
import type { SessionRecord } from "./record.ts";
import type { MaybePromise, SessionStore, StoredSession } from "./store.ts";

/** A store whose every call ends within the deadline, and whose failures are one error: `SESSION_STORE_FAILED`, 503. */
export type StoreGuard = SessionStore;

/**
 * Puts a deadline and one kind of failure around a store.
 *
 * A store that never answers would otherwise hold every request that carries a cookie.
 */
export function guardStore(store: SessionStore, timeoutMs: number): StoreGuard {
  function guarded<T>(name: string, call: () => MaybePromise<T>): MaybePromise<T> {
    try {
      const answer = call();
      return answer instanceof Promise ? withDeadline(answer, timeoutMs, name) : answer;
    } catch (cause) {
      throw failure(name, cause);
    }
  }
  return {
    get: (key) => guarded<SessionRecord | undefined>("get", () => store.get(key)),
    insert: (key, record) => guarded("insert", () => store.insert(key, record)),
    update: (key, record, version) => guarded("update", () => store.update(key, record, version)),
    replace: (oldKey, newKey, record) => guarded("replace", () => store.replace(oldKey, newKey, record)),
    touch: (key, idleExpiresAtMs) => guarded("touch", () => store.touch(key, idleExpiresAtMs)),
    destroy: (key) => guarded("destroy", () => store.destroy(key)),
    listByUser: (userId) => guarded<readonly StoredSession[]>("listByUser", () => store.listByUser(userId)),
    destroyByUser: (userId, exceptKey) =>
      guarded("destroyByUser", () => store.destroyByUser(userId, exceptKey)),
    sweep: (nowMs, limit) => guarded("sweep", () => store.sweep(nowMs, limit)),
  };
}

async function withDeadline<T>(answer: Promise<T>, timeoutMs: number, name: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } catch (cause) {
    throw failure(name, cause);
  } finally {
    clearTimeout(timer);
  }
}

function failure(name: string, cause: unknown): Error {
  emitEvent("session.store-failed", { because: name, error: cause });
  return refusal("SESSION_STORE_FAILED", {
    because: `store.${name} failed`,
    cause,
    headers: { "Retry-After": "2" },
  });
}
