import type { ReportStore } from "hauberk/headers";
import type { LimitStore } from "hauberk/limit";
import type { SessionStore } from "hauberk/session";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Config } from "../config/config.ts";
import type { Schema } from "../database/schema.ts";
import { openEmbedded } from "./embedded.ts";

export interface Storage {
  readonly db: Kysely<Schema>;
  readonly sessionStore: SessionStore;
  /** Requests and guesses at passwords, for all processes that share it and over a restart. */
  readonly limitStore: LimitStore;
  /** What browsers reported. */
  readonly reportStore: ReportStore;
  /** The folder of attached files; no server serves it. Several machines need one that they share. */
  readonly uploadsDirectory: string;
  /** Ends what the stores do not end themselves; the session store is closed by the server. */
  readonly close: () => Promise<void>;
}

/**
 * Opens what the settings name: SQLite in the data folder, or PostgreSQL; and Redis for sessions and limits in place of
 * either. Brings the schema up to date.
 *
 * @throws {SettingsError} `DATA_UNUSABLE`, `STORE_UNREACHABLE`
 */
export async function openStorage(config: Config, logger: Logger): Promise<Storage> {
  const storage = await openDatabase(config, logger);
  if (config.redisUrl === undefined) return storage;
  // Loaded only where it is used: every other start is quicker without it.
  const { withRedis } = await import("./redis.ts");
  return withRedis(storage, config.redisUrl, logger);
}

async function openDatabase(config: Config, logger: Logger): Promise<Storage> {
  if (config.databaseUrl === undefined) return openEmbedded(config);
  const { openPostgres } = await import("./postgres.ts");
  return openPostgres(config, config.databaseUrl, logger);
}
