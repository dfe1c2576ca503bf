import { type CreateTableBuilder, type Kysely, PostgresAdapter, sql } from "kysely";

/** What a migration writes differently for the two databases. */
export interface Dialect {
  /** Milliseconds since 1970: SQLite's integers are wide enough for them, PostgreSQL's are not. */
  readonly instant: "integer" | "bigint";
  /** What files are kept in. */
  readonly bytes: "blob" | "bytea";
  /** Makes SQLite refuse a value of another type, as PostgreSQL does by itself. */
  readonly finish: <Table extends string, Column extends string>(
    table: CreateTableBuilder<Table, Column>,
  ) => CreateTableBuilder<Table, Column>;
}

const SQLITE: Dialect = {
  instant: "integer",
  bytes: "blob",
  finish: (table) => table.modifyEnd(sql`strict`),
};
export const POSTGRES: Dialect = { instant: "bigint", bytes: "bytea", finish: (table) => table };

/** Which of the two this is. */
export function dialectOf<Tables>(db: Kysely<Tables>): Dialect {
  return db.getExecutor().adapter instanceof PostgresAdapter ? POSTGRES : SQLITE;
}
