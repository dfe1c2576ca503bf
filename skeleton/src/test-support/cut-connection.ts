import { setTimeout as sleep } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import type { Schema } from "../database/schema.ts";

/** Takes a connection to PostgreSQL, has the server end it, and uses it. */
export function useConnectionThatIsCut(db: Kysely<Schema>): Promise<unknown> {
  return db.connection().execute(async (held) => {
    const { rows } = await sql<{ readonly id: number }>`select pg_backend_pid() as id`.execute(held);
    await sql`select pg_terminate_backend(${rows[0]?.id})`.execute(db);
    await sleep(100);
    return sql`select 1`.execute(held);
  });
}
