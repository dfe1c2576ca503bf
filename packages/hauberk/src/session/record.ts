/** One session as a store keeps it. Times are milliseconds since the epoch, UTC. */
export interface SessionRecord {
  /** Counts the writes; a store replaces a record only when this is still what the writer had read. 0 is a mark. */
  readonly version: number;
  readonly createdAtMs: number;
  /** After this moment without a request the session is over. Never later than `absoluteExpiresAtMs`. */
  readonly idleExpiresAtMs: number;
  /** After this moment the session is over, however busy it is. */
  readonly absoluteExpiresAtMs: number;
  /** Who logged in; undefined for a visitor. */
  readonly userId: string | undefined;
  /** The user's epoch at the login. Once the user has a later one, this session is over. */
  readonly userEpoch: number;
  /** Names the session to its owner ("end this one"); neither the id nor its hash, so it may be shown. In a mark: why. */
  readonly handle: string;
  /** Where and with what the session was started, for the owner's list of devices. */
  readonly startedFrom: { readonly address: string; readonly userAgent: string };
  /** The application's own data: the text of one JSON object. In a mark: the key the session moved to. */
  readonly data: string;
}

/** Machines that share a store may disagree by this much about the time. */
const CLOCK_SKEW_MS = 300_000;

/** How long the old id of a session that moved is still known. Requests that carry it are in flight this long at most. */
const MARK_MS = 60_000;

/** True when the record's own limits, or today's stricter ones, say that the session is over. */
export function isExpired(record: SessionRecord, nowMs: number, absoluteMs: number): boolean {
  // Written so that a NaN from a broken record counts as expired.
  const alive =
    nowMs < record.idleExpiresAtMs &&
    nowMs < record.absoluteExpiresAtMs &&
    nowMs < record.createdAtMs + absoluteMs &&
    // A clock that was ten years ahead for a minute would leave sessions that live for ten years.
    record.createdAtMs <= nowMs + CLOCK_SKEW_MS;
  return !alive;
}

/** More marks in a row than a minute of rotations leaves; a store that answers with a mark of itself would go round for ever. */
export const MAX_MOVES = 1000;

/** "rotated": the same session under a new id. "replaced": another session, which the old id must never see. */
export type MoveReason = "rotated" | "replaced";

/** What stays under the old key when a session moves to a new one: not a session, only where it went. */
export function markOf(movedTo: string, why: MoveReason, nowMs: number): SessionRecord {
  return {
    version: 0,
    createdAtMs: nowMs,
    idleExpiresAtMs: nowMs + MARK_MS,
    absoluteExpiresAtMs: nowMs + MARK_MS,
    userId: undefined,
    userEpoch: 0,
    handle: why,
    startedFrom: { address: "", userAgent: "" },
    data: movedTo,
  };
}

export function isMark(record: SessionRecord): boolean {
  return record.version === 0;
}

/** Where a request that was under way may follow to; nowhere once somebody logged in. */
export function followable(mark: SessionRecord): string | undefined {
  return mark.handle === "rotated" ? mark.data : undefined;
}

/** True for what a store may hand out; a third party's, or a later version's, may be anything. */
export function isRecord(value: unknown): value is SessionRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Partial<Record<keyof SessionRecord, unknown>>;
  return (
    isCount(record.version) &&
    isCount(record.userEpoch) &&
    Number.isFinite(record.createdAtMs) &&
    Number.isFinite(record.idleExpiresAtMs) &&
    Number.isFinite(record.absoluteExpiresAtMs) &&
    (record.userId === undefined || (typeof record.userId === "string" && record.userId !== "")) &&
    typeof record.handle === "string" &&
    typeof record.data === "string" &&
    isOrigin(record.startedFrom)
  );
}

/** True for a whole number from 0 on that is exact. */
export function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isOrigin(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { address, userAgent } = value as Record<string, unknown>;
  return typeof address === "string" && typeof userAgent === "string";
}
