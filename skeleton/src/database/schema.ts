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

export interface Schema {
  readonly users: UsersTable;
  readonly notes: NotesTable;
}
