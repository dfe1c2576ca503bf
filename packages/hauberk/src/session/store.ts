import type { SessionRecord } from "./record.ts";

/** A store may answer at once; the request path then never waits for the event loop. */
export type MaybePromise<T> = T | Promise<T>;

/** A stored session with the key it is found by. */
export interface StoredSession {
  readonly key: string;
  readonly record: SessionRecord;
}

/** "conflict": somebody else wrote meanwhile; "gone": there is nothing under the key any more. */
export type WriteOutcome = "saved" | "conflict" | "gone";

/**
 * What a session store does. Keys are hashes of session ids: a store never sees an id.
 *
 * Every method is atomic. A store need not check lifetimes, but must be able to drop what has expired (`sweep`).
 * `replace` and `update` never bring back a record that was destroyed: that is how a logout survives slow requests.
 * `hauberk/session/conformance` has the tests for all of this.
 */
export interface SessionStore {
  /** Finds nothing when the user of the record has a later epoch than the record. */
  get(key: string): MaybePromise<SessionRecord | undefined>;
  /** Stores a new record under a new key. */
  insert(key: string, record: SessionRecord): MaybePromise<void>;
  /** Replaces the record if its version is still the expected one. */
  update(key: string, record: SessionRecord, expectedVersion: number): MaybePromise<WriteOutcome>;
  /** Moves a record to a new key in one step, if its version is the expected one; under the old key the mark stays. */
  replace(
    oldKey: string,
    newKey: string,
    record: SessionRecord,
    expectedVersion: number,
    mark: SessionRecord,
  ): MaybePromise<WriteOutcome>;
  /** Moves the idle expiry only; does nothing when the record is gone or a mark. */
  touch(key: string, idleExpiresAtMs: number): MaybePromise<void>;
  /** Returns what there was to destroy. */
  destroy(key: string): MaybePromise<SessionRecord | undefined>;
  /** All sessions of one user that `get` would find, expired ones included. */
  listByUser(userId: string): MaybePromise<readonly StoredSession[]>;
  /** Ends all sessions of one user but the one named; returns how many. */
  destroyByUser(userId: string, exceptKey: string | undefined): MaybePromise<number>;
  /** The user's epoch, 0 at first: what a new session of the user has to carry. */
  epochOf(userId: string): MaybePromise<number>;
  /** Gives the user a later epoch, `nowMs` or one more than before, and so ends all their sessions in one step. */
  endEpoch(userId: string, nowMs: number): MaybePromise<void>;
  /**
   * Looks at no more than `limit` records that may have expired, and deletes those that have. Returns how many it looked
   * at: `limit` means that there may be more.
   */
  sweep(nowMs: number, limit: number): MaybePromise<number>;
  /**
   * For a store that several processes share and that does not expire records by itself: true when `holder` is the one
   * that sweeps until `untilMs`. Without this method every process sweeps.
   */
  claimSweep?(holder: string, nowMs: number, untilMs: number): MaybePromise<boolean>;
  close?(): MaybePromise<void>;
  /** True when no other process sees what is stored: `listen({ workers })` refuses such a store. @default false */
  readonly oneProcessOnly?: boolean;
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
  "epochOf",
  "endEpoch",
  "sweep",
];

/** Calls `then` with the answer of a store, at once if it is there already. */
export function whenDone<T, R>(
  answer: MaybePromise<T>,
  then: (value: T) => MaybePromise<R>,
): MaybePromise<R> {
  return answer instanceof Promise ? answer.then(then) : then(answer);
}

/** A lease that ends later than this comes from a clock that was ahead: it would keep everybody from sweeping for ever. */
export function latestLeaseMs(nowMs: number): number {
  return nowMs + 3_600_000;
}
