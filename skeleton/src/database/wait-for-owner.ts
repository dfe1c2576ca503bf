import type { Kysely } from "kysely";
import type { Schema } from "./schema.ts";

/**
 * Makes transactions of one account wait for each other. Call it first in one that counts before it writes.
 *
 * A write that changes nothing: in PostgreSQL two transactions would both count before either has inserted, and in SQLite
 * another process's would fail when it turns from reading to writing.
 */
export async function waitForOwner(transaction: Kysely<Schema>, ownerId: string): Promise<void> {
  await transaction
    .updateTable("users")
    .set((row) => ({ session_epoch: row.ref("session_epoch") }))
    .where("id", "=", ownerId)
    .execute();
}
