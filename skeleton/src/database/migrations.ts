import { type Kysely, sql } from "kysely";
import { type Migration, type MigrationProvider, Migrator } from "kysely/migration";
import { dialectOf, POSTGRES } from "./dialect.ts";
import type { Schema } from "./schema.ts";

/**
 * Every change of the schema, in order, for SQLite and PostgreSQL alike. A name that has been released is never edited or renamed:
 * a later change is a later entry.
 */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001_accounts_and_notes": {
    async up(db: Kysely<unknown>): Promise<void> {
      const { instant, finish } = dialectOf(db);
      await db.schema
        .createTable("users")
        .addColumn("id", "text", (column) => column.primaryKey().notNull())
        .addColumn("email", "text", (column) => column.notNull().unique())
        .addColumn("password_hash", "text", (column) => column.notNull())
        .addColumn("session_epoch", "integer", (column) => column.notNull().defaultTo(0))
        .addColumn("created_at_ms", instant, (column) => column.notNull())
        .$call(finish)
        .execute();
      await db.schema
        .createTable("notes")
        .addColumn("id", "text", (column) => column.primaryKey().notNull())
        .addColumn("owner_id", "text", (column) =>
          column.notNull().references("users.id").onDelete("cascade"),
        )
        .addColumn("title", "text", (column) => column.notNull())
        .addColumn("body", "text", (column) => column.notNull())
        .addColumn("version", "integer", (column) => column.notNull().defaultTo(1))
        .addColumn("created_at_ms", instant, (column) => column.notNull())
        .addColumn("updated_at_ms", instant, (column) => column.notNull())
        .$call(finish)
        .execute();
      await db.schema
        .createIndex("notes_by_owner")
        .on("notes")
        .columns(["owner_id", "updated_at_ms desc", "id"])
        .execute();
    },
  },
  "0002_attachments": {
    async up(db: Kysely<unknown>): Promise<void> {
      const { instant, finish } = dialectOf(db);
      await db.schema
        .createTable("attachments")
        .addColumn("id", "text", (column) => column.primaryKey().notNull())
        .addColumn("note_id", "text", (column) => column.notNull().references("notes.id").onDelete("cascade"))
        .addColumn("owner_id", "text", (column) =>
          column.notNull().references("users.id").onDelete("cascade"),
        )
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("type", "text", (column) => column.notNull())
        .addColumn("bytes", "integer", (column) => column.notNull())
        .addColumn("created_at_ms", instant, (column) => column.notNull())
        .$call(finish)
        .execute();
      // Quotas are counted by owner, lists are made by note; both also serve the cascades.
      await db.schema
        .createIndex("attachments_by_owner")
        .on("attachments")
        .columns(["owner_id", "bytes"])
        .execute();
      await db.schema.createIndex("attachments_by_note").on("attachments").column("note_id").execute();
    },
  },
  "0003_roles": {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .alterTable("users")
        .addColumn("role", "text", (column) =>
          column
            .notNull()
            .defaultTo("user")
            .check(sql`role in ('user', 'admin')`),
        )
        .execute();
    },
  },
};

const provider: MigrationProvider = { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) };

/**
 * Brings the database to the newest schema; does nothing when it is there already. Several processes may do so at once.
 *
 * @throws {Error} when a migration fails; none of it is left then
 */
export async function migrate(db: Kysely<Schema>): Promise<void> {
  // PostgreSQL's lock and transaction for this are kysely's own; for SQLite it has neither.
  if (dialectOf(db) === POSTGRES) return toLatest(db);
  await db.connection().execute(async (connection) => {
    // Taken before the first look: two that start at once would both see an empty file and make the same tables.
    await sql`begin immediate`.execute(connection);
    try {
      await toLatest(connection);
      await sql`commit`.execute(connection);
    } catch (error) {
      await sql`rollback`.execute(connection);
      throw error;
    }
  });
}

async function toLatest(db: Kysely<Schema>): Promise<void> {
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) throw asError(error);
}

/** Says whether every migration has been applied, for the readiness endpoint. */
export async function isMigrated(db: Kysely<Schema>): Promise<boolean> {
  const migrations = await new Migrator({ db, provider }).getMigrations();
  return migrations.length > 0 && migrations.every((migration) => migration.executedAt !== undefined);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error("the migration failed", { cause: error });
}
