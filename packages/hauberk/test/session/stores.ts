import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "pg";
import { createClient } from "redis";
import { memoryStore } from "../../src/session/memory.ts";
import { migratePostgres, postgresStore } from "../../src/session/postgres.ts";
import { redisStore } from "../../src/session/redis.ts";
import { sqliteStore } from "../../src/session/sqlite.ts";
import type { SessionStore } from "../../src/session/store.ts";
import { startPostgres, startRedis } from "./servers.ts";

export interface OpenedStore {
  readonly store: SessionStore;
  readonly close: () => Promise<void>;
}

export const STORE_NAMES = ["memory", "sqlite", "redis", "postgres"] as const;
export type StoreName = (typeof STORE_NAMES)[number];

/**
 * A fresh, empty store; the servers behind Redis and PostgreSQL are real and its own. Where `synced` is false they do not
 * wait for the disk: for what is about something else than a loss of power.
 */
export const OPENERS: Readonly<
  Record<StoreName, (options?: { readonly synced?: boolean }) => Promise<OpenedStore>>
> = {
  memory: async () => Promise.resolve({ store: memoryStore(), close: async () => Promise.resolve() }),
  sqlite: async () => {
    const folder = mkdtempSync(join(tmpdir(), "hauberk-faults-"));
    const store = sqliteStore({ file: join(folder, "sessions.sqlite") });
    return Promise.resolve({
      store,
      close: async () => {
        await store.close?.();
        rmSync(folder, { recursive: true, force: true });
      },
    });
  },
  redis: async (options) => {
    const server = await startRedis(options);
    const client = await redisClient(server.port);
    return {
      store: redisStore({ client }),
      close: async () => {
        client.destroy();
        await server.stop();
      },
    };
  },
  postgres: async (options) => {
    const server = await startPostgres(options);
    const pool = postgresPool(server.port);
    await migratePostgres(pool);
    return {
      store: postgresStore({ pool }),
      close: async () => {
        await pool.end();
        await server.stop();
      },
    };
  },
};

export async function redisClient(port: number) {
  const client = createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: 100 } });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

export function postgresPool(port: number, timeoutMs = 10_000, database = "postgres"): Pool {
  const pool = new Pool({
    host: "127.0.0.1",
    port,
    user: "hauberk",
    database,
    max: 10,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  pool.on("error", () => undefined);
  return pool;
}
