import type { SessionRecord } from "./record.ts";

/** What a record is read from; the key is known already. */
export const RECORD_COLUMNS =
  "version, created_at_ms, idle_expires_at_ms, absolute_expires_at_ms, user_id, user_epoch, handle, address, user_agent, data";

export interface Row {
  readonly version: number;
  readonly created_at_ms: number;
  readonly idle_expires_at_ms: number;
  readonly absolute_expires_at_ms: number;
  readonly user_id: string | null;
  readonly user_epoch: number;
  readonly handle: string;
  readonly address: string;
  readonly user_agent: string;
  readonly data: string;
}

/** Half the size of the text, in the table and in its index. */
export function keyBytes(key: string): Uint8Array {
  return Buffer.from(key, "hex");
}

/** The columns no index has, in the order in which the statements of sqlite-sql.ts name them. */
export function unindexedColumns(record: SessionRecord): (string | number)[] {
  return [
    record.version,
    record.createdAtMs,
    record.idleExpiresAtMs,
    record.absoluteExpiresAtMs,
    record.userEpoch,
    record.handle,
    record.startedFrom.address,
    record.startedFrom.userAgent,
    record.data,
  ];
}

/** The user, and when the sweeper looks at the row. */
export function indexedColumns(record: SessionRecord): (string | number | null)[] {
  return [record.userId ?? null, record.idleExpiresAtMs];
}

export function toRecord(row: Row): SessionRecord {
  return {
    version: row.version,
    createdAtMs: row.created_at_ms,
    idleExpiresAtMs: row.idle_expires_at_ms,
    absoluteExpiresAtMs: row.absolute_expires_at_ms,
    userId: row.user_id ?? undefined,
    userEpoch: row.user_epoch,
    handle: row.handle,
    startedFrom: { address: row.address, userAgent: row.user_agent },
    data: row.data,
  };
}
