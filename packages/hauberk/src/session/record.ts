/** One session as a store keeps it. Times are milliseconds since the epoch, UTC. */
export interface SessionRecord {
  /** Counts the writes; a store replaces a record only when this is still what the writer had read. */
  readonly version: number;
  readonly createdAtMs: number;
  /** After this moment without a request the session is over. Never later than `absoluteExpiresAtMs`. */
  readonly idleExpiresAtMs: number;
  /** After this moment the session is over, however busy it is. */
  readonly absoluteExpiresAtMs: number;
  /** Who logged in; undefined for a visitor. */
  readonly userId: string | undefined;
  /** Names the session to its owner ("end this one"); neither the id nor its hash, so it may be shown. */
  readonly handle: string;
  /** Where and with what the session was started, for the owner's list of devices. */
  readonly startedFrom: { readonly address: string; readonly userAgent: string };
  /** The application's own data: the text of one JSON object. */
  readonly data: string;
}

/** True when the record's own limits, or today's stricter ones, say that the session is over. */
export function isExpired(record: SessionRecord, nowMs: number, absoluteMs: number): boolean {
  // Written so that a NaN from a broken record counts as expired.
  const alive =
    nowMs < record.idleExpiresAtMs &&
    nowMs < record.absoluteExpiresAtMs &&
    nowMs < record.createdAtMs + absoluteMs;
  return !alive;
}
