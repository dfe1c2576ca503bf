import type { SessionRecord } from "./record.ts";

/** A row as `pg` gives it: 64-bit integers come as text, or as numbers where the app has set a type parser. */
export interface Row {
  readonly key: Buffer;
  readonly version: string;
  readonly created_at_ms: string;
  readonly idle_expires_at_ms: string;
  readonly absolute_expires_at_ms: string;
  readonly user_id: string | null;
  readonly user_epoch: string;
  readonly handle: string;
  readonly address: string;
  readonly user_agent: string;
  readonly data: string;
}

/** The columns after the key, in the table's order. */
export function columns(record: SessionRecord): unknown[] {
  return [
    record.version,
    record.createdAtMs,
    record.idleExpiresAtMs,
    record.absoluteExpiresAtMs,
    record.userId ?? null,
    record.userEpoch,
    record.handle,
    record.startedFrom.address,
    record.startedFrom.userAgent,
    record.data,
  ];
}

export function toRecord(row: Row): SessionRecord {
  return {
    version: Number(row.version),
    createdAtMs: Number(row.created_at_ms),
    idleExpiresAtMs: Number(row.idle_expires_at_ms),
    absoluteExpiresAtMs: Number(row.absolute_expires_at_ms),
    userId: row.user_id ?? undefined,
    userEpoch: Number(row.user_epoch),
    handle: row.handle,
    startedFrom: { address: row.address, userAgent: row.user_agent },
    data: row.data,
  };
}
