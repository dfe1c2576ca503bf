import { redisReportStore } from "hauberk/headers/reports/redis";
import { redisLimitStore } from "hauberk/limit/redis";
import { redisStore } from "hauberk/session/redis";
import type { Logger } from "pino";
import { createClient } from "redis";
import type { Storage } from "./storage.ts";
import { unreachable } from "./unreachable.ts";

const CONNECT_TIMEOUT_MS = 1000;
const MAX_PAUSE_MS = 1000;

/**
 * Keeps sessions, limits and browsers' reports in Redis, in place of where they were.
 *
 * @throws {SettingsError} `STORE_UNREACHABLE`
 */
export async function withRedis(storage: Storage, url: string, logger: Logger): Promise<Storage> {
  let connected = false;
  const client = createClient({
    url,
    // A command is answered or fails: none waits for a server that is away.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      // At the start the operator is there to read what is wrong; later the server comes back.
      reconnectStrategy: (attempts, cause) => (connected ? Math.min(attempts * 50, MAX_PAUSE_MS) : cause),
    },
  });
  client.on("error", (error: unknown) => {
    if (connected) logger.error({ event: "redis.connection-lost", err: error }, "connection lost");
  });
  try {
    await client.connect();
    connected = true;
  } catch (error) {
    await storage.close();
    throw unreachable("REDIS_URL", url, error);
  }
  return {
    ...storage,
    sessionStore: redisStore({ client }),
    reportStore: redisReportStore({ client }),
    limitStore: redisLimitStore({ client }),
    close: async () => {
      client.destroy();
      await storage.close();
    },
  };
}
