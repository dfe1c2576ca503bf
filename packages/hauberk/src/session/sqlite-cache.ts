import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SessionRecord } from "./record.ts";

/** With the two limits a cache takes 16 MB at most. */
const MAX_ENTRIES = 2000;
const MAX_DATA_LENGTH = 4096;

/**
 * Rows this process has read and nobody has written since. Reading a row costs three times what it costs to ask SQLite
 * whether another connection has committed anything; when it has, everything here is forgotten.
 *
 * @see https://www.sqlite.org/pragma.html#pragma_data_version
 */
export class SqliteCache {
  readonly #records = new Map<string, SessionRecord>();
  readonly #dataVersion: StatementSync;
  #seenVersion: unknown = undefined;

  constructor(database: DatabaseSync) {
    this.#dataVersion = database.prepare("PRAGMA data_version");
    this.#dataVersion.setReturnArrays(true);
  }

  /** Must be asked before the row is read: a commit in between is then noticed the next time. */
  get(key: string): SessionRecord | undefined {
    const [version] = this.#dataVersion.get() as unknown as readonly unknown[];
    if (version !== this.#seenVersion) {
      this.#records.clear();
      this.#seenVersion = version;
    }
    return this.#records.get(key);
  }

  keep(key: string, record: SessionRecord): void {
    if (record.data.length > MAX_DATA_LENGTH) return;
    if (this.#records.size >= MAX_ENTRIES) this.#records.clear();
    this.#records.set(key, record);
  }

  /** What this connection writes does not change the version it sees. */
  forget(key: string): void {
    this.#records.delete(key);
  }

  forgetAll(): void {
    this.#records.clear();
  }
}
