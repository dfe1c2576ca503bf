/** A prepared statement: parsed once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** What `get` finds: the rows whose user has no later epoch. */
const CURRENT =
  "s.user_epoch >= coalesce((SELECT e.epoch FROM hauberk_user_epochs e WHERE e.user_id = s.user_id), 0)";

const ALL =
  "$1, $2::bigint, $3::bigint, $4::bigint, $5::bigint, $6::text, $7::bigint, $8::text, $9::text, $10::text, $11::text";

function statement(name: string, text: string): Statement {
  return { name: `hauberk_${name}`, text };
}

type Name =
  | "get"
  | "insert"
  | "update"
  | "replace"
  | "touch"
  | "destroy"
  | "listByUser"
  | "destroyByUser"
  | "epochOf"
  | "endEpoch"
  | "sweep"
  | "claimSweep";

/** Under READ COMMITTED each is atomic: a row that changed while it was waited for is judged again by its new values. */
export const STATEMENTS: Readonly<Record<Name, Statement>> = {
  get: statement("get", `SELECT * FROM hauberk_sessions s WHERE key = $1 AND ${CURRENT}`),
  insert: statement("insert", `INSERT INTO hauberk_sessions VALUES (${ALL}, $4::bigint)`),
  update: statement(
    "update",
    `UPDATE hauberk_sessions s SET version = $2, created_at_ms = $3, idle_expires_at_ms = $4, absolute_expires_at_ms = $5,
     user_id = $6, user_epoch = $7, handle = $8, address = $9, user_agent = $10, data = $11
     WHERE key = $1 AND version = $12 AND ${CURRENT}`,
  ),
  replace: statement(
    "replace",
    `WITH moved AS (
       UPDATE hauberk_sessions s SET version = 0, created_at_ms = $14, idle_expires_at_ms = $15, absolute_expires_at_ms = $15,
       user_id = NULL, user_epoch = 0, handle = $16, address = '', user_agent = '', data = $17, sweep_at_ms = $15
       WHERE key = $12 AND version = $13 AND ${CURRENT} RETURNING 1
     ) INSERT INTO hauberk_sessions SELECT ${ALL}, $4::bigint FROM moved`.replace(
      "SELECT $1,",
      "SELECT $1::bytea,",
    ),
  ),
  touch: statement(
    "touch",
    "UPDATE hauberk_sessions SET idle_expires_at_ms = $2 WHERE key = $1 AND version > 0",
  ),
  destroy: statement("destroy", "DELETE FROM hauberk_sessions WHERE key = $1 RETURNING *"),
  listByUser: statement("list", `SELECT * FROM hauberk_sessions s WHERE user_id = $1 AND ${CURRENT}`),
  destroyByUser: statement(
    "destroy_by_user",
    `DELETE FROM hauberk_sessions s WHERE user_id = $1 AND key IS DISTINCT FROM $2::bytea AND ${CURRENT}`,
  ),
  epochOf: statement("epoch", "SELECT epoch FROM hauberk_user_epochs WHERE user_id = $1"),
  endEpoch: statement(
    "end_epoch",
    `INSERT INTO hauberk_user_epochs AS e VALUES ($1, $2)
     ON CONFLICT (user_id) DO UPDATE SET epoch = greatest(excluded.epoch, e.epoch + 1)`,
  ),
  // Rows in use meanwhile are looked at again when their idle time is over. Nobody waits for a row that is being written.
  sweep: statement(
    "sweep",
    `WITH due AS (
       SELECT key, idle_expires_at_ms AS ends FROM hauberk_sessions WHERE sweep_at_ms <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED
     ), postponed AS (
       UPDATE hauberk_sessions s SET sweep_at_ms = due.ends FROM due WHERE s.key = due.key AND due.ends > $1
     ), swept AS (
       DELETE FROM hauberk_sessions s USING due WHERE s.key = due.key AND due.ends <= $1
     ) SELECT count(*) AS looked_at FROM due`,
  ),
  claimSweep: statement(
    "claim_sweep",
    `INSERT INTO hauberk_leases AS l VALUES ('sweep', $1, $3) ON CONFLICT (name) DO UPDATE
     SET holder = excluded.holder, until_ms = excluded.until_ms
     WHERE l.holder = excluded.holder OR l.until_ms <= $2 OR l.until_ms > $4`,
  ),
};
