import type { Kysely } from "kysely";
import { HttpError } from "hauberk/errors";
import type { Schema } from "./schema.ts";

/**
 * A transaction that counts what an account has before it writes more: those of one account come one after the other.
 *
 * They wait in this process first, where waiting costs nothing. In the database each that waits has a connection: sixteen
 * uploads of one account would take them all, and nobody else's page would be shown.
 *
 * @throws {HttpError} `NOT_FOUND` when the account was deleted meanwhile: what is written next would break a foreign key
 */
export function ownerTransaction<T>(
  db: Kysely<Schema>,
  ownerId: string,
  work: (transaction: Kysely<Schema>) => Promise<T>,
): Promise<T> {
  return inTurn(linesOf(db), ownerId, () =>
    db.transaction().execute(async (transaction) => {
      await waitForOwner(transaction, ownerId);
      return work(transaction);
    }),
  );
}

/** The last one of each line. */
type Lines = Map<string, Promise<unknown>>;
const lines = new WeakMap<Kysely<Schema>, Lines>();

function linesOf(db: Kysely<Schema>): Lines {
  const known = lines.get(db) ?? new Map<string, Promise<unknown>>();
  lines.set(db, known);
  return known;
}

async function inTurn<T>(waiting: Lines, key: string, work: () => Promise<T>): Promise<T> {
  const mine = (waiting.get(key) ?? Promise.resolve()).then(work, work);
  waiting.set(key, mine);
  try {
    return await mine;
  } finally {
    if (waiting.get(key) === mine) waiting.delete(key);
  }
}

/**
 * Other processes wait here. A write that changes nothing: in PostgreSQL two transactions would both count before either
 * has inserted, and in SQLite another process's would fail when it turns from reading to writing.
 */
async function waitForOwner(transaction: Kysely<Schema>, ownerId: string): Promise<void> {
  const { numUpdatedRows } = await transaction
    .updateTable("users")
    .set((row) => ({ session_epoch: row.ref("session_epoch") }))
    .where("id", "=", ownerId)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) throw new HttpError(404, "NOT_FOUND");
}
