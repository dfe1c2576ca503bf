import type { SessionRecord } from "./record.ts";

/** A store may answer at once; the request path then never waits for the event loop. */
export type MaybePromise<T> = T | Promise<T>;

/** A stored session with the key it is found by. */
export interface StoredSession {
  readonly key: string;
  readonly record: SessionRecord;
}

/**
 * What a session store does. Keys are hashes of session ids: a store never sees an id.
 *
 * Every method is atomic. A store need not check lifetimes, but must be able to drop what has expired (`sweep`).
 * `replace` and `update` never bring back a record that was destroyed: that is how a logout survives slow requests.
 */
export interface SessionStore {
  get(key: string): MaybePromise<SessionRecord | undefined>;
  /** Stores a new record under a new key. */
  insert(key: string, record: SessionRecord): MaybePromise<void>;
  /** Replaces the record if its version is still the expected one. */
  update(
    key: string,
    record: SessionRecord,
    expectedVersion: number,
  ): MaybePromise<"saved" | "conflict" | "gone">;
  /** Moves a record to a new key in one step: afterwards the old key finds nothing. */
  replace(oldKey: string, newKey: string, record: SessionRecord): MaybePromise<"saved" | "gone">;
  /** Moves the idle expiry only; does nothing when the record is gone. */
  touch(key: string, idleExpiresAtMs: number): MaybePromise<void>;
  /** Returns whether there was something to destroy. */
  destroy(key: string): MaybePromise<boolean>;
  /** All sessions of one user, expired ones included. */
  listByUser(userId: string): MaybePromise<readonly StoredSession[]>;
  /** Ends all sessions of one user but the one named; returns how many. */
  destroyByUser(userId: string, exceptKey: string | undefined): MaybePromise<number>;
  /** Deletes at most `limit` expired records; returns how many. */
  sweep(nowMs: number, limit: number): MaybePromise<number>;
  close?(): MaybePromise<void>;
}

/** The methods a store must have, for the check at start. */
export const STORE_METHODS: readonly (keyof SessionStore)[] = [
  "get",
  "insert",
  "update",
  "replace",
  "touch",
  "destroy",
  "listByUser",
  "destroyByUser",
  "sweep",
];

/** Calls `then` with the answer of a store, at once if it is there already. */
export function whenDone<T, R>(
  answer: MaybePromise<T>,
  then: (value: T) => MaybePromise<R>,
): MaybePromise<R> {
  return answer instanceof Promise ? answer.then(then) : then(answer);
}
