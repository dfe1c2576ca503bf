import type { Kysely } from "kysely";
import { HttpError } from "hauberk/errors";
import type { Schema } from "./schema.ts";

/** Of one account, in each process. Each may take a query's whole time limit when the database hangs. */
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
  return inTurn(linesOf(db), ownerId, () =>
    db.transaction().execute(async (transaction) => {
      await waitForOwner(transaction, ownerId);
      return work(transaction);
    }),
  );
}

/** The writes of one account that are not done yet. */
interface Line {
  last: Promise<unknown>;
  length: number;
}
const lines = new WeakMap<Kysely<Schema>, Map<string, Line>>();

function linesOf(db: Kysely<Schema>): Map<string, Line> {
  const known = lines.get(db) ?? new Map<string, Line>();
  lines.set(db, known);
  return known;
}

async function inTurn<T>(waiting: Map<string, Line>, key: string, work: () => Promise<T>): Promise<T> {
  const line = waiting.get(key) ?? { last: Promise.resolve(), length: 0 };
  if (!(line.length < MAX_WAITING)) throw tooMany();
  line.length += 1;
  waiting.set(key, line);
  const mine = line.last.then(work, work);
  line.last = mine;
  try {
    return await mine;
  } finally {
    line.length -= 1;
    if (line.length === 0) waiting.delete(key);
  }
}

function tooMany(): HttpError {
  const headers = { "Retry-After": "5" };
  return new HttpError(503, "SERVICE_UNAVAILABLE", { because: "too many writes of one account", headers });
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
