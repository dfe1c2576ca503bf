import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { UploadedFile, UploadType } from "hauberk/body";
import type { Schema } from "../database/schema.ts";
import { ownerTransaction } from "../database/owner-transaction.ts";
import { QUOTA_BYTES } from "./limits.ts";

export interface Attachment {
  readonly id: string;
  readonly noteId: string;
  readonly name: string;
  readonly type: UploadType;
  readonly bytes: number;
}

/** Every method takes the owner first: there is no way to ask for a file without saying whose it must be. */
export interface Attachments {
  readonly list: (ownerId: string, noteId: string) => Promise<readonly Attachment[]>;
  readonly find: (ownerId: string, noteId: string, id: string) => Promise<Attachment | undefined>;
  /** How many bytes the owner may still store. */
  readonly remainingBytes: (ownerId: string) => Promise<number>;
  /** @returns false, and nothing is noted down, when the note is not the owner's or the quota would be exceeded */
  readonly add: (ownerId: string, noteId: string, files: readonly UploadedFile[]) => Promise<boolean>;
  readonly remove: (ownerId: string, noteId: string, id: string) => Promise<boolean>;
  /** The ids of all files of one note, or of all the owner's notes. */
  readonly idsOf: (ownerId: string, noteId?: string) => Promise<readonly string[]>;
  /** Which of these ids belong to nothing any more. */
  readonly unknown: (ids: readonly string[]) => Promise<readonly string[]>;
}

const COLUMNS = ["id", "note_id as noteId", "name", "type", "bytes"] as const;

/** What is noted down about files; the files themselves are in a folder, see files.ts. */
export function createAttachments(db: Kysely<Schema>, now: () => number = Date.now): Attachments {
  const owned = (ownerId: string, noteId: string) =>
    db
      .selectFrom("attachments")
      .select(COLUMNS)
      .where("owner_id", "=", ownerId)
      .where("note_id", "=", noteId);

  return {
    list: (ownerId, noteId) => owned(ownerId, noteId).orderBy("created_at_ms").orderBy("id").execute(),
    find: (ownerId, noteId, id) => owned(ownerId, noteId).where("id", "=", id).executeTakeFirst(),
    async remainingBytes(ownerId) {
      const row = await db
        .selectFrom("attachments")
        .select((select) => select.fn.coalesce(select.fn.sum<number>("bytes"), sql<number>`0`).as("used"))
        .where("owner_id", "=", ownerId)
        .executeTakeFirstOrThrow();
      return QUOTA_BYTES - row.used;
    },
    add: (ownerId, noteId, files) =>
      ownerTransaction(db, ownerId, async (transaction) => {
        const nowMs = now();
        for (const [at, file] of files.entries()) {
          // A moment later each: lists keep the order in which the files were chosen.
          const added = await insertWithinQuota(transaction, { ownerId, noteId, file, nowMs: nowMs + at });
          // Rolls back what was added before it.
          if (!added) throw new NoRoomError();
        }
        return true;
      }).catch((error: unknown) => {
        if (error instanceof NoRoomError) return false;
        throw error;
      }),
    async remove(ownerId, noteId, id) {
      const { numDeletedRows } = await db
        .deleteFrom("attachments")
        .where("owner_id", "=", ownerId)
        .where("note_id", "=", noteId)
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },
    async idsOf(ownerId, noteId) {
      const ids = db.selectFrom("attachments").select("id").where("owner_id", "=", ownerId);
      const rows = await (noteId === undefined ? ids : ids.where("note_id", "=", noteId)).execute();
      return rows.map(({ id }) => id);
    },
    async unknown(ids) {
      if (ids.length === 0) return [];
      const rows = await db.selectFrom("attachments").select("id").where("id", "in", ids).execute();
      const known = new Set(rows.map(({ id }) => id));
      return ids.filter((id) => !known.has(id));
    },
  };
}

class NoRoomError extends Error {}

interface NewAttachment {
  readonly ownerId: string;
  readonly noteId: string;
  readonly file: UploadedFile;
  readonly nowMs: number;
}

/** Counts and writes in one statement, behind the wait for the owner: uploads at once cannot share the last free bytes. */
async function insertWithinQuota(
  db: Kysely<Schema>,
  { ownerId, noteId, file, nowMs }: NewAttachment,
): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    insert into attachments (id, note_id, owner_id, name, type, bytes, created_at_ms)
    select ${file.id}, notes.id, notes.owner_id, ${file.name}, ${file.type},
      cast(${file.bytes} as integer), cast(${nowMs} as bigint)
    from notes
    where notes.id = ${noteId} and notes.owner_id = ${ownerId}
      and (select coalesce(sum(bytes), 0) from attachments where owner_id = ${ownerId}) + ${file.bytes} <= ${QUOTA_BYTES}
  `.execute(db);
  return numAffectedRows === 1n;
}
