import { DatabaseSync } from "node:sqlite";
import { ConfigError, type ConfigProblem } from "../errors/config-error.ts";
import type { ConfigErrorCode } from "./error-codes.ts";

/** Which file a store is in, and what its user is told when that cannot be used. */
export interface SqliteFile extends Omit<ConfigProblem, "what"> {
  /** The call as the user wrote it, such as `sqliteStore()`. */
  readonly call: string;
  readonly code: ConfigErrorCode;
  readonly file: string;
  /** How long to wait for another process that is writing. */
  readonly busyTimeoutMs: number;
}

/**
 * Opens a store's file for several processes at once, and closes it again when it turns out to be of no use.
 *
 * @param prepare makes the tables and the store; it has to write, since a read-only file opens and reads well
 * @throws {ConfigError} the file's `code`, when it cannot be opened, is no database, is damaged or read-only
 * @see https://www.sqlite.org/wal.html
 */
export function openSqlite<Store>(
  { call, code, file, busyTimeoutMs, why, fix }: SqliteFile,
  prepare: (database: DatabaseSync) => Store,
): Store {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: busyTimeoutMs });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF");
    return prepare(database);
  } catch (cause) {
    database?.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    const what = `${call}: the database ${JSON.stringify(file)} cannot be used: ${reason}.`;
    throw new ConfigError(code, { what, why, fix }, { cause });
  }
}
