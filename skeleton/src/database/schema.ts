import type { UploadType } from "hauberk/body";
import type { ColumnType } from "kysely";

/** Every instant is stored as milliseconds since 1970, UTC. */
interface UsersTable {
  readonly id: string;
  /** Lower case, at most 254 characters, unique. */
  readonly email: string;
  /** PHC string, for example `$argon2id$v=19$m=19456,t=2,p=1$...`. */
  readonly password_hash: ColumnType<string, string, string>;
  /** A session is valid only while it carries this number: raising it ends every session of the user. */
  readonly session_epoch: ColumnType<number, number, number>;
  readonly role: ColumnType<"user" | "admin", "user" | "admin" | undefined, "user" | "admin">;
  readonly created_at_ms: number;
}

interface NotesTable {
  readonly id: string;
  readonly owner_id: string;
  readonly title: ColumnType<string, string, string>;
  readonly body: ColumnType<string, string, string>;
  /** Raised by every edit, so that two windows cannot silently overwrite each other. */
  readonly version: ColumnType<number, number, number>;
  readonly created_at_ms: number;
  readonly updated_at_ms: ColumnType<number, number, number>;
}

interface AttachmentsTable {
  /** 32 hexadecimal digits: also the name of the file in the folder of uploads. */
  readonly id: string;
  readonly note_id: string;
  /** The owner of the note, once more: quotas are counted by owner. */
  readonly owner_id: string;
  /** Made safe to show; never part of a path. */
  readonly name: string;
  /** What its first bytes said it is. */
  readonly type: UploadType;
  readonly bytes: number;
  readonly created_at_ms: number;
}

export interface Schema {
  readonly attachments: AttachmentsTable;
  readonly users: UsersTable;
  readonly notes: NotesTable;
}
