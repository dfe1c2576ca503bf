import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { SqliteDatabase, SqliteStatement } from "kysely";

/** Prepared statements kept ready; the application has a few dozen distinct ones. */
const MAX_PREPARED_STATEMENTS = 200;

/**
 * Lets kysely's SQLite dialect talk to Node's own `node:sqlite`, so that no native add-on is installed.
 *
 * Statements are prepared once and kept, the least recently prepared one is dropped when there are too many.
 * @see https://nodejs.org/api/sqlite.html
 */
export function nodeSqlite(database: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  return {
    close: () => {
      prepared.clear();
      if (database.isOpen) database.close();
    },
    prepare: (sql) => {
      const known = prepared.get(sql);
      if (known !== undefined) return known;
      const statement = adaptStatement(database.prepare(sql));
      if (prepared.size >= MAX_PREPARED_STATEMENTS) dropOldest(prepared);
      prepared.set(sql, statement);
      return statement;
    },
  };
}

function adaptStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (values) => statement.all(...values.map(bindable)),
    run: (values) => statement.run(...values.map(bindable)),
    iterate: (values) => statement.iterate(...values.map(bindable)),
  };
}

/**
 * Refuses what SQLite cannot hold instead of storing something else.
 * @throws {TypeError} for anything but null, text, bytes, a bigint or a finite number.
 */
export function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === "string" || typeof value === "bigint") return value;
  // NaN would be stored as NULL.
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (value instanceof Uint8Array) return value;
  // {"email": {"id": 1}} as the first value would be read as named parameters and leave every `?` NULL.
  throw new TypeError(`SQLite cannot store a value of type ${typeof value}`);
}

function dropOldest(prepared: Map<string, SqliteStatement>): void {
  for (const sql of prepared.keys()) {
    prepared.delete(sql);
    return;
  }
}
