import { RECORD_COLUMNS } from "./sqlite-rows.ts";

/** What `get` finds: the rows whose user has no later epoch. */
const CURRENT =
  "user_epoch >= coalesce((SELECT epoch FROM hauberk_user_epochs AS e WHERE e.user_id = s.user_id), 0)";

/** One row, by the two values `keyColumns` gives. */
const ITS_KEY = "id = ? AND key_rest = ?";

/** The key as `keyColumns` got it. SQLite writes a negative number as the 64 bits it is. */
const KEY = "format('%016x', id) || lower(hex(key_rest))";

/** Rows the sweeper should look at; they need not have expired. */
const DUE = "id IN (SELECT id FROM hauberk_sessions WHERE sweep_at_ms <= ? LIMIT ?)";

const UNINDEXED = `version = ?, created_at_ms = ?, idle_expires_at_ms = ?, absolute_expires_at_ms = ?, user_epoch = ?,
  handle = ?, address = ?, user_agent = ?, data = ?`;

type Name =
  | "get"
  | "insert"
  | "update"
  | "overwrite"
  | "touch"
  | "destroy"
  | "listByUser"
  | "destroyByUser"
  | "epochOf"
  | "endEpoch"
  | "postpone"
  | "sweep"
  | "claimSweep";

export const SQL: Readonly<Record<Name, string>> = {
  get: `SELECT ${RECORD_COLUMNS} FROM hauberk_sessions AS s WHERE ${ITS_KEY} AND ${CURRENT}`,
  insert: `INSERT INTO hauberk_sessions (version, created_at_ms, idle_expires_at_ms, absolute_expires_at_ms, user_epoch,
    handle, address, user_agent, data, user_id, sweep_at_ms, id, key_rest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  /** Names no column that an index has: SQLite writes the entry anew for each that is named, changed or not. */
  update: `UPDATE hauberk_sessions AS s SET ${UNINDEXED}
    WHERE ${ITS_KEY} AND version = ? AND user_id IS ? AND ${CURRENT}`,
  /** The same for a record that changes hands, or becomes a mark. */
  overwrite: `UPDATE hauberk_sessions AS s SET ${UNINDEXED}, user_id = ?, sweep_at_ms = ?
    WHERE ${ITS_KEY} AND version = ? AND ${CURRENT}`,
  touch: `UPDATE hauberk_sessions SET idle_expires_at_ms = ? WHERE ${ITS_KEY} AND version > 0`,
  destroy: `DELETE FROM hauberk_sessions WHERE ${ITS_KEY} RETURNING ${RECORD_COLUMNS}`,
  listByUser: `SELECT ${RECORD_COLUMNS}, ${KEY} FROM hauberk_sessions AS s WHERE user_id = ? AND ${CURRENT}`,
  destroyByUser: `DELETE FROM hauberk_sessions AS s WHERE user_id = ? AND NOT (id IS ? AND key_rest IS ?) AND ${CURRENT}`,
  epochOf: "SELECT epoch FROM hauberk_user_epochs WHERE user_id = ?",
  endEpoch: `INSERT INTO hauberk_user_epochs VALUES (?, ?)
    ON CONFLICT (user_id) DO UPDATE SET epoch = max(excluded.epoch, epoch + 1)`,
  /** Rows in use meanwhile: the sweeper comes again when their idle time is over. */
  postpone: `UPDATE hauberk_sessions SET sweep_at_ms = idle_expires_at_ms WHERE ${DUE} AND idle_expires_at_ms > ?`,
  sweep: `DELETE FROM hauberk_sessions WHERE ${DUE} AND idle_expires_at_ms <= ?`,
  claimSweep: `INSERT INTO hauberk_leases VALUES ('sweep', ?, ?) ON CONFLICT (name) DO UPDATE
    SET holder = excluded.holder, until_ms = excluded.until_ms
    WHERE holder = excluded.holder OR until_ms <= ? OR until_ms > ?`,
};
