import type { Kysely } from "kysely";
import { HttpError } from "hauberk/errors";
import { AccountQueues } from "../queues/by-account.ts";
import type { Schema } from "./schema.ts";

/**
 * Writes of one account in each process, the one under way among them. Each may take a query's whole time limit when the
 * database hangs.
 */
export const MAX_WAITING = 32;

/**
 * A transaction that counts what an account has before it writes more: those of one account come one after the other.
 *
 * They wait in this process first, where waiting costs nothing. In the database each that waits has a connection: sixteen
 * uploads of one account would take them all, and nobody else's page would be shown.
 *
 * @throws {HttpError} `NOT_FOUND` when the account was deleted meanwhile: what is written next would break a foreign key;
 * `SERVICE_UNAVAILABLE` when MAX_WAITING of the account are not done yet
 */
export function ownerTransaction<T>(
  db: Kysely<Schema>,
  ownerId: string,
  work: (transaction: Kysely<Schema>) => Promise<T>,
): Promise<T> {
  return writesOf(db).run(ownerId, () =>
    db.transaction().execute(async (transaction) => {
      await waitForOwner(transaction, ownerId);
      return work(transaction);
    }),
  );
}

const queues = new WeakMap<Kysely<Schema>, AccountQueues>();

function writesOf(db: Kysely<Schema>): AccountQueues {
  const waiting = { concurrency: 1, maxWaiting: MAX_WAITING - 1 };
  const known = queues.get(db) ?? new AccountQueues({ ...waiting, of: "writes", retryAfterSeconds: 5 });
  queues.set(db, known);
  return known;
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
