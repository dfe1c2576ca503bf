import { chmodSync, closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { Kysely, SqliteDialect } from "kysely";
import { nodeSqlite } from "./node-sqlite.ts";
import type { Schema } from "./schema.ts";

/** How long a write waits for another process (a backup, a second worker) before it fails. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the application's database.
 *
 * @param file A path, or `:memory:` for a database that lives as long as the process.
 */
export function openDatabase(file: string): Kysely<Schema> {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  try {
    database.exec("PRAGMA journal_mode = WAL");
    // A saved note survives a power cut: with NORMAL the last commits may be lost.
    database.exec("PRAGMA synchronous = FULL");
    // A view or trigger planted in a database file cannot call functions with side effects.
    database.exec("PRAGMA trusted_schema = OFF");
    // Opens the companion files now, with the rights of now: later the process may be another user.
    database.exec("SELECT count(*) FROM sqlite_schema");
  } catch (error) {
    database.close();
    throw error;
  }
  return new Kysely<Schema>({ dialect: new SqliteDialect({ database: nodeSqlite(database) }) });
}

/** Creates the file readable by its owner alone, before SQLite writes the first page with the umask's mode. */
export function reserveForOwner(file: string): void {
  closeSync(openSync(file, "a", 0o600));
  chmodSync(file, 0o600);
}
