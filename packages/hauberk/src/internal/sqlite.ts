import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
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
 * Opens a store's file for several processes at once, and closes it again when it turns out to be of no use. A new file, and
 * the folder it is in, are for this user alone.
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
    createPrivately(file);
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

/** SQLite gives a new file the umask's mode, mostly 0644: every user of the machine would read what sessions hold. */
function createPrivately(file: string): void {
  if (file === ":memory:" || file.startsWith("file:") || existsSync(file)) return;
  const folder = dirname(file);
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  closeSync(openSync(file, "a", 0o600)); // "a": another process may have made it meanwhile
}
