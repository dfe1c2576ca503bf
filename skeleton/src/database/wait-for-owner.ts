import type { Kysely } from "kysely";
import { HttpError } from "hauberk/errors";
import type { Schema } from "./schema.ts";

/**
 * Makes transactions of one account wait for each other. Call it first in one that counts before it writes.
 *
 * A write that changes nothing: in PostgreSQL two transactions would both count before either has inserted, and in SQLite
 * another process's would fail when it turns from reading to writing.
 *
 * @throws {HttpError} `NOT_FOUND` when the account was deleted meanwhile: what is written next would break a foreign key
 */
export async function waitForOwner(transaction: Kysely<Schema>, ownerId: string): Promise<void> {
  const { numUpdatedRows } = await transaction
    .updateTable("users")
    .set((row) => ({ session_epoch: row.ref("session_epoch") }))
    .where("id", "=", ownerId)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) throw new HttpError(404, "NOT_FOUND");
}
