import { refusal } from "../errors/refusal.ts";
import { emitEvent } from "../events/index.ts";
import { withDeadline } from "../internal/deadline.ts";
import { Breaker } from "./breaker.ts";
import { isCount, isRecord, type SessionRecord } from "./record.ts";
import type { MaybePromise, SessionStore, StoredSession } from "./store.ts";

/** A store whose every call ends within the deadline, and whose failures are one error: `SESSION_STORE_FAILED`, 503. */
export type StoreGuard = Omit<SessionStore, "close" | "claimSweep"> &
  Required<Pick<SessionStore, "claimSweep">>;

const READS: ReadonlySet<keyof SessionStore> = new Set(["get", "listByUser", "epochOf"]);

/**
 * Puts a deadline, a circuit breaker and one kind of failure around a store.
 *
 * A store that never answers would otherwise hold every request that carries a cookie.
 */
export function guardStore(
  store: SessionStore,
  timeoutMs: number,
  makeBreaker: () => Breaker = () => new Breaker(),
): StoreGuard {
  // Two of them: a full disk refuses every write, and would take the sessions of those away who only read.
  const breakers = { reads: makeBreaker(), writes: makeBreaker() };

  /** @param subject what may be sick in place of the store: a session's key, or `userSubject` */
  function guarded<T>(
    name: keyof SessionStore,
    subject: string,
    call: () => MaybePromise<T>,
    check?: (answer: T) => T,
  ): MaybePromise<T> {
    const breaker = READS.has(name) ? breakers.reads : breakers.writes;
    if (!breaker.admits(subject)) throw unavailable(name, "circuit open");
    const asked: Asked = { name, subject, breaker };
    try {
      const answer = call();
      if (isThenable(answer)) return settle(withDeadline(answer, timeoutMs), asked, check);
      const value = check === undefined ? answer : check(answer);
      succeeded(asked);
      return value;
    } catch (cause) {
      throw failed(asked, cause);
    }
  }

  const guard: StoreGuard = {
    get: (key) => guarded("get", key, () => store.get(key)),
    insert: (key, record) => guarded("insert", key, () => store.insert(key, record)),
    update: (key, record, version) => guarded("update", key, () => store.update(key, record, version)),
    replace: (oldKey, newKey, record, version, mark) =>
      guarded("replace", oldKey, () => store.replace(oldKey, newKey, record, version, mark)),
    touch: (key, idleExpiresAtMs) => guarded("touch", key, () => store.touch(key, idleExpiresAtMs)),
    destroy: (key) => guarded("destroy", key, () => store.destroy(key), recordOnly),
    listByUser: (userId) =>
      guarded("listByUser", userSubject(userId), () => store.listByUser(userId), sessionsOnly),
    destroyByUser: (userId, exceptKey) =>
      guarded("destroyByUser", userSubject(userId), () => store.destroyByUser(userId, exceptKey)),
    epochOf: (userId) => guarded("epochOf", userSubject(userId), () => store.epochOf(userId), epochOnly),
    endEpoch: (userId, nowMs) =>
      guarded("endEpoch", userSubject(userId), () => store.endEpoch(userId, nowMs)),
    sweep: (nowMs, limit) => guarded("sweep", "sweep", () => store.sweep(nowMs, limit)),
    claimSweep: (holder, nowMs, untilMs) =>
      guarded("claimSweep", "sweep", () => store.claimSweep?.(holder, nowMs, untilMs) ?? true),
  };
  return guard;
}

/** No session's key looks like it. */
function userSubject(userId: string): string {
  return `user ${userId}`;
}

/** A call of the store that was let through. */
interface Asked {
  readonly name: keyof SessionStore;
  readonly subject: string;
  readonly breaker: Breaker;
}

async function settle<T>(
  answer: Promise<T>,
  asked: Asked,
  check: ((answer: T) => T) | undefined,
): Promise<T> {
  try {
    const value = check === undefined ? await answer : check(await answer);
    succeeded(asked);
    return value;
  } catch (cause) {
    throw failed(asked, cause);
  }
}

function succeeded({ breaker }: Asked): void {
  if (breaker.succeed()) emitEvent("session.store-recovered", {});
}

function failed({ name, subject, breaker }: Asked, cause: unknown): Error {
  breaker.fail(subject);
  emitEvent("session.store-failed", { because: name, error: cause });
  return unavailable(name, "failed", cause);
}

function isThenable<T>(answer: MaybePromise<T>): answer is Promise<T> {
  return typeof (answer as Partial<Promise<T>> | null | undefined)?.then === "function";
}

function unavailable(name: string, what: string, cause?: unknown): Error {
  return refusal("SESSION_STORE_FAILED", {
    because: `store.${name}: ${what}`,
    cause,
    headers: { "Retry-After": "2" },
  });
}

/** What a store handed out, if it is a record at all. */
export function recordOrNothing(value: SessionRecord | undefined): SessionRecord | "broken" | undefined {
  // A third party's store may answer null for "nothing".
  if (value === undefined || value === null) return undefined;
  return isRecord(value) ? value : "broken";
}

/** A third party's store may answer null for "nothing", or only that it did what it was told. */
function recordOnly(answer: SessionRecord | undefined): SessionRecord | undefined {
  return isRecord(answer) ? answer : undefined;
}

/** A list that is none would be counted as no sessions, and a limit of them would hold nobody up. */
function sessionsOnly(answer: readonly StoredSession[]): readonly StoredSession[] {
  if (!Array.isArray(answer)) throw new TypeError("the store answered what is no list of sessions");
  return answer.filter(isStoredSession);
}

function isStoredSession(value: unknown): value is StoredSession {
  if (typeof value !== "object" || value === null) return false;
  const { key, record } = value as Partial<Record<keyof StoredSession, unknown>>;
  return typeof key === "string" && isRecord(record);
}

/** Whoever logged in with another one would be answered 200 and have a record that nobody can read. */
function epochOnly(answer: number): number {
  if (!isCount(answer)) throw new TypeError("the store answered what is no epoch");
  return answer;
}
