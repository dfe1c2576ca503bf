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
  /** How long a request waits for another process that is writing. The start waits longer. */
  readonly busyTimeoutMs: number;
  /** Of a new file; one that is there keeps its own. @default 4096 */
  readonly pageBytes?: number;
}

/** How long the start waits for the others that make the same tables: no request waits behind it yet. */
const START_TIMEOUT_MS = 1000;
const RETRY_MS = 5;

/**
 * Opens a store's file for several processes at once, and closes it again when it turns out to be of no use. A new file, and
 * the folder it is in, are for this user alone.
 *
 * @param prepare makes the tables and the store; it has to write, since a read-only file opens and reads well
 * @throws {ConfigError} the file's `code`, when it cannot be opened, is no database, is damaged or read-only
 * @see https://www.sqlite.org/wal.html
 */
export function openSqlite<Store>(
  { call, code, file, busyTimeoutMs, pageBytes = 4096, why, fix }: SqliteFile,
  prepare: (database: DatabaseSync) => Store,
): Store {
  let database: DatabaseSync | undefined;
  try {
    createPrivately(file);
    database = new DatabaseSync(file, { timeout: START_TIMEOUT_MS });
    // Before the journal's mode, which writes the first page.
    database.exec(`PRAGMA page_size = ${pageBytes}`);
    writeAhead(database);
    database.exec("PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF");
    const store = prepare(database);
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    return store;
  } catch (cause) {
    database?.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    const what = `${call}: the database ${JSON.stringify(file)} cannot be used: ${reason}.`;
    throw new ConfigError(code, { what, why, fix }, { cause });
  }
}

/**
 * Where several processes do this at once, SQLite refuses all but one, whatever the timeout: two that each hold the lock for
 * reading would wait for each other. The refused one tries again.
 */
function writeAhead(database: DatabaseSync): void {
  const giveUpAt = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpAt) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}

/** @see https://www.sqlite.org/rescode.html#busy */
function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 5;
}

/** SQLite gives a new file the umask's mode, mostly 0644: every user of the machine would read what sessions hold. */
function createPrivately(file: string): void {
  if (file === ":memory:" || file.startsWith("file:") || existsSync(file)) return;
  const folder = dirname(file);
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  closeSync(openSync(file, "a", 0o600)); // "a": another process may have made it meanwhile
}
