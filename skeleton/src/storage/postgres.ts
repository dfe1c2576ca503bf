import { HttpError } from "hauberk/errors";
import { migratePostgresReports, postgresReportStore } from "hauberk/headers/reports/postgres";
import { migratePostgresLimits, postgresLimitStore } from "hauberk/limit/postgres";
import { migratePostgres, postgresStore } from "hauberk/session/postgres";
import { Kysely, PostgresDialect, type PostgresPool } from "kysely";
import { Pool, type PoolConfig, types } from "pg";
import type { Logger } from "pino";
import type { Config } from "../config/config.ts";
import { migrate } from "../database/migrations.ts";
import type { Schema } from "../database/schema.ts";
import { openFolder } from "./files.ts";
import type { Storage } from "./storage.ts";
import { unreachable } from "./unreachable.ts";

/** Connections of one process; times the processes it must stay below the server's max_connections. */
const MAX_CONNECTIONS = 10;
/** A visitor waits no longer for a database that is away. */
const CONNECT_TIMEOUT_MS = 1000;
const QUERY_TIMEOUT_MS = 5000;
/** Sessions and limits have a deadline of their own, and must not wait behind the data's queries. */
const SESSION_TIMEOUT_MS = 1000;
const RETRY_AFTER_SECONDS = 5;

/**
 * Opens PostgreSQL for data, sessions and limits and brings their schemas up to date. Several processes may do so at once.
 *
 * @throws {SettingsError} `STORE_UNREACHABLE`; `DATA_UNUSABLE` for the folder of attached files
 */
export async function openPostgres(config: Config, url: string, logger: Logger): Promise<Storage> {
  const uploadsDirectory = openFolder(config, [], (directory) => directory);
  const pool = createPool(url, QUERY_TIMEOUT_MS, logger);
  const sessionPool = createPool(url, SESSION_TIMEOUT_MS, logger);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: orUnavailable(pool) }) });
  const closePools = async (): Promise<void> => {
    await db.destroy();
    await sessionPool.end();
  };
  try {
    await migrate(db);
    await migratePostgres(sessionPool);
    await migratePostgresReports(pool);
    await migratePostgresLimits(sessionPool);
  } catch (error) {
    await closePools();
    throw unreachable("DATABASE_URL", url, error);
  }
  return {
    db,
    sessionStore: postgresStore({ pool: sessionPool }),
    reportStore: postgresReportStore({ pool }),
    limitStore: postgresLimitStore({ pool: sessionPool }),
    uploadsDirectory,
    close: closePools,
  };
}

function createPool(connectionString: string, queryTimeoutMs: number, logger: Logger): Pool {
  const options: PoolConfig = {
    connectionString,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: queryTimeoutMs,
    application_name: "hauberk-skeleton",
    types: { getTypeParser },
  };
  const pool = new Pool(options);
  // Without listeners a server that ends a connection ends this process. One in use tells the request that has it, and
  // besides itself: the pool listens only to those that are idle.
  pool.on("connect", (client) => client.on("error", () => undefined));
  pool.on("error", (error) =>
    logger.error({ event: "database.connection-lost", err: error }, "connection lost"),
  );
  return pool;
}

/** Who gets no connection in time is told to come back; that is no failure of the application. */
function orUnavailable(pool: Pool): PostgresPool {
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: () =>
      pool.connect().catch((cause: unknown) => {
        const headers = { "Retry-After": String(RETRY_AFTER_SECONDS) };
        throw new HttpError(503, "SERVICE_UNAVAILABLE", {
          because: "no connection to PostgreSQL",
          headers,
          cause,
        });
      }),
  };
}

/** Counts and instants arrive as numbers, as they do from SQLite: none of them comes near 2 ** 53. */
const getTypeParser: typeof types.getTypeParser = (
  id: TypeId,
  format?: TypeFormat,
): ((text: string) => unknown) =>
  id === types.builtins.INT8 ? Number : (types.getTypeParser(id, format) as (text: string) => unknown);

type TypeId = Parameters<typeof types.getTypeParser>[0];
type TypeFormat = Parameters<typeof types.getTypeParser>[1];
