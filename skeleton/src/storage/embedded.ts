import { join } from "node:path";
import { sqliteReportStore } from "hauberk/headers/reports/sqlite";
import { sqliteLimitStore } from "hauberk/limit/sqlite";
import { sqliteStore } from "hauberk/session/sqlite";
import type { Config } from "../config/config.ts";
import { migrate } from "../database/migrations.ts";
import { openDatabase } from "../database/open.ts";
import { openFolder, unusable } from "./files.ts";
import type { Storage } from "./storage.ts";

const DATABASES = ["app.sqlite", "sessions.sqlite", "limits.sqlite", "reports.sqlite"] as const;

/**
 * Opens the databases in the data folder and brings the schema up to date.
 *
 * @throws {SettingsError} `DATA_UNUSABLE` when the folder or a database in it cannot be used.
 */
export async function openEmbedded(config: Config): Promise<Storage> {
  const { dataDirectory } = config;
  const storage = openFolder(config, DATABASES, (uploadsDirectory) =>
    openAll(dataDirectory, uploadsDirectory),
  );
  try {
    await migrate(storage.db);
    return storage;
  } catch (error) {
    throw unusable(dataDirectory, error);
  }
}

function openAll(dataDirectory: string, uploadsDirectory: string): Storage {
  const [data, sessions, limits, reports] = DATABASES.map((name) => join(dataDirectory, name)) as [
    string,
    string,
    string,
    string,
  ];
  const db = openDatabase(data);
  const limitStore = sqliteLimitStore({ file: limits });
  return {
    db,
    sessionStore: sqliteStore({ file: sessions }),
    limitStore,
    reportStore: sqliteReportStore({ file: reports }),
    uploadsDirectory,
    close: async () => {
      await limitStore.close?.();
      await db.destroy();
    },
  };
}
