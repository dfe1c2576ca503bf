import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import { ownerTransaction } from "../database/owner-transaction.ts";
import type { Schema } from "../database/schema.ts";
import type { NoteInput } from "./form.ts";

/** One account cannot fill the disk. */
export const MAX_NOTES_PER_USER = 500;
export const NOTES_PER_PAGE = 20;

export interface Note {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly version: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Every method takes the owner first: there is no way to ask for a note without saying whose it must be. */
export interface Notes {
  readonly list: (ownerId: string, page: number) => Promise<readonly Note[]>;
  readonly count: (ownerId: string) => Promise<number>;
  readonly find: (ownerId: string, id: string) => Promise<Note | undefined>;
  /** @returns the new note's id, or `undefined` when the owner has as many as allowed. */
  readonly add: (ownerId: string, input: NoteInput) => Promise<string | undefined>;
  readonly save: (
    ownerId: string,
    id: string,
    input: NoteInput,
  ) => Promise<"saved" | "changed-meanwhile" | "gone">;
  readonly remove: (ownerId: string, id: string) => Promise<boolean>;
}

const COLUMNS = [
  "id",
  "title",
  "body",
  "version",
  "created_at_ms as createdAtMs",
  "updated_at_ms as updatedAtMs",
] as const;

export function createNotes(db: Kysely<Schema>, now: () => number = Date.now): Notes {
  const owned = (ownerId: string, id: string) =>
    db.selectFrom("notes").select(COLUMNS).where("owner_id", "=", ownerId).where("id", "=", id);

  return {
    list: (ownerId, page) =>
      db
        .selectFrom("notes")
        .select(COLUMNS)
        .where("owner_id", "=", ownerId)
        .orderBy("updated_at_ms", "desc")
        .orderBy("id")
        .limit(NOTES_PER_PAGE)
        .offset((page - 1) * NOTES_PER_PAGE)
        .execute(),
    count: (ownerId) => countNotes(db, ownerId),
    find: (ownerId, id) => owned(ownerId, id).executeTakeFirst(),
    add: (ownerId, { title, body }) =>
      // In one transaction: two requests at once must not both see the last free place.
      ownerTransaction(db, ownerId, async (transaction) => {
        if ((await countNotes(transaction, ownerId)) >= MAX_NOTES_PER_USER) return undefined;
        const [id, at] = [randomUUID(), now()];
        const row = { id, owner_id: ownerId, title, body, version: 1, created_at_ms: at, updated_at_ms: at };
        await transaction.insertInto("notes").values(row).execute();
        return id;
      }),
    async save(ownerId, id, { title, body, version }) {
      const { numUpdatedRows } = await db
        .updateTable("notes")
        .set((row) => ({ title, body, updated_at_ms: now(), version: row("version", "+", 1) }))
        .where("owner_id", "=", ownerId)
        .where("id", "=", id)
        .where("version", "=", version ?? 0)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 1n) return "saved";
      return (await owned(ownerId, id).executeTakeFirst()) === undefined ? "gone" : "changed-meanwhile";
    },
    async remove(ownerId, id) {
      const { numDeletedRows } = await db
        .deleteFrom("notes")
        .where("owner_id", "=", ownerId)
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },
  };
}

async function countNotes(db: Kysely<Schema>, ownerId: string): Promise<number> {
  const row = await db
    .selectFrom("notes")
    .select((select) => select.fn.countAll<number>().as("total"))
    .where("owner_id", "=", ownerId)
    .executeTakeFirstOrThrow();
  return row.total;
}
