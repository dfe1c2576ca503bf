import { chmodSync, closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { Kysely, SqliteDialect } from "kysely";
import { nodeSqlite } from "./node-sqlite.ts";
import type { Schema } from "./schema.ts";

/** How long a write waits for another process (a backup, a second worker) before it fails. */
const BUSY_TIMEOUT_MS = 5_000;
const RETRY_MS = 5;
/** @see https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/**
 * Opens the application's database.
 *
 * @param file A path, or `:memory:` for a database that lives as long as the process.
 */
export function openDatabase(file: string): Kysely<Schema> {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  try {
    writeAhead(database);
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

/**
 * Where several processes do this at once, SQLite refuses all but one, whatever the timeout: two that each hold the lock for
 * reading would wait for each other. The refused one tries again.
 */
function writeAhead(database: DatabaseSync): void {
  const giveUpAt = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      const isBusy = error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
      if (!isBusy || performance.now() > giveUpAt) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}

/** Creates the file readable by its owner alone, before SQLite writes the first page with the umask's mode. */
export function reserveForOwner(file: string): void {
  closeSync(openSync(file, "a", 0o600));
  chmodSync(file, 0o600);
}
