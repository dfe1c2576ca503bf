import type { SessionRecord } from "./record.ts";

/** What a record is read from, in the order of `Row`; the key is known already. */
export const RECORD_COLUMNS =
  "version, created_at_ms, idle_expires_at_ms, absolute_expires_at_ms, user_id, user_epoch, handle, address, user_agent, data";

/** An array: node:sqlite takes a quarter longer to name ten columns. */
export type Row = readonly [
  version: number,
  createdAtMs: number,
  idleExpiresAtMs: number,
  absoluteExpiresAtMs: number,
  userId: string | null,
  userEpoch: number,
  handle: string,
  address: string,
  userAgent: string,
  data: string,
];

/**
 * The row's number, which is the first 64 bits of the key, and the rest of the key. The table itself is in the order of its
 * numbers, so that a row is found without a second tree. Two keys may begin alike: the number finds a row, the rest says
 * whose it is.
 */
export function keyColumns(key: string): readonly [id: bigint, rest: Uint8Array] {
  const bytes = Buffer.from(key, "hex");
  return [rowId(bytes), bytes.subarray(8)];
}

/** With a sign, as SQLite numbers rows. @param key at least eight bytes */
export function rowId(key: Uint8Array): bigint {
  return new DataView(key.buffer, key.byteOffset).getBigInt64(0);
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
    version: row[0],
    createdAtMs: row[1],
    idleExpiresAtMs: row[2],
    absoluteExpiresAtMs: row[3],
    userId: row[4] ?? undefined,
    userEpoch: row[5],
    handle: row[6],
    startedFrom: { address: row[7], userAgent: row[8] },
    data: row[9],
  };
}
