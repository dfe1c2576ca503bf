import { join } from "node:path";
import type { LimitStore } from "hauberk/limit";
import { sqliteLimitStore } from "hauberk/limit/sqlite";
import type { SessionStore } from "hauberk/session";
import { sqliteStore } from "hauberk/session/sqlite";
import type { Kysely } from "kysely";
import type { Config } from "../config/config.ts";
import { SettingsError } from "../config/problem.ts";
import { migrate } from "../database/migrations.ts";
import { openDatabase } from "../database/open.ts";
import type { Schema } from "../database/schema.ts";
import { UPLOADS, createFiles, createFilesForUser } from "./files.ts";
import { asRunUser, willDropRoot } from "./run-user.ts";

export interface Storage {
  readonly db: Kysely<Schema>;
  readonly sessionStore: SessionStore;
  /** Guesses at passwords, for all processes and over a restart. */
  readonly limitStore: LimitStore;
  /** The folder of attached files; no server serves it. */
  readonly uploadsDirectory: string;
}

/**
 * Opens the databases in the data folder and brings the schema up to date.
 *
 * @throws {SettingsError} `DATA_UNUSABLE` when the folder or a database in it cannot be used.
 */
export async function openStorage(config: Config): Promise<Storage> {
  try {
    const storage = openFiles(config);
    await migrate(storage.db);
    return storage;
  } catch (error) {
    throw unusable(config.dataDirectory, error);
  }
}

function openFiles({ dataDirectory, runAs }: Config): Storage {
  const open = (): Storage => ({
    db: openDatabase(join(dataDirectory, "app.sqlite")),
    sessionStore: sqliteStore({ file: join(dataDirectory, "sessions.sqlite") }),
    limitStore: sqliteLimitStore({ file: join(dataDirectory, "limits.sqlite") }),
    uploadsDirectory: join(dataDirectory, UPLOADS),
  });
  if (!willDropRoot(runAs)) {
    createFiles(dataDirectory);
    return open();
  }
  createFilesForUser(dataDirectory, runAs);
  return asRunUser(runAs, open);
}

function unusable(directory: string, error: unknown): SettingsError {
  const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "unknown reason";
  return new SettingsError([
    {
      code: "DATA_UNUSABLE",
      what: `DATA_DIR ${JSON.stringify(directory)} cannot be used: ${reason}.`,
      why: "accounts, notes and sessions are kept there; without it every request would fail.",
      fix: "give the user who runs the application write permission, or restore a damaged database from a backup.",
    },
  ]);
}
