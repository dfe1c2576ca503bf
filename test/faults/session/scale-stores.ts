import { hash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { keyOf } from "../../../packages/hauberk/src/session/id.ts";
import { migratePostgres, postgresStore } from "../../../packages/hauberk/src/session/postgres.ts";
import { columns } from "../../../packages/hauberk/src/session/postgres-rows.ts";
import type { SessionRecord } from "../../../packages/hauberk/src/session/record.ts";
import { redisStore } from "../../../packages/hauberk/src/session/redis.ts";
import { sqliteStore } from "../../../packages/hauberk/src/session/sqlite.ts";
import {
  indexedColumns,
  keyColumns,
  unindexedColumns,
} from "../../../packages/hauberk/src/session/sqlite-rows.ts";
import { SQL } from "../../../packages/hauberk/src/session/sqlite-sql.ts";
import type { SessionStore } from "../../../packages/hauberk/src/session/store.ts";
import { startPostgres, startRedis } from "../../../packages/hauberk/test/session/servers.ts";
import { postgresPool, redisClient } from "../../../packages/hauberk/test/session/stores.ts";

/** A store with so many sessions in it, settled: nothing is left to be written back, vacuumed or counted. */
export interface Filled {
  readonly store: SessionStore;
  /** Makes the store forget what it keeps in this process, as a commit of another process does. */
  readonly forget?: () => void;
}

export interface Scale {
  readonly open: (sessions: number) => Promise<Filled>;
  readonly close: () => Promise<void>;
}

export function sampleOf(index: number, version = 1): SessionRecord {
  const now = Date.now();
  return {
    version,
    createdAtMs: now,
    idleExpiresAtMs: now + 3_600_000 + index,
    absoluteExpiresAtMs: now + 43_200_000,
    userId: `user-${index % 300_000}`,
    userEpoch: 0,
    handle: "AAAAAAAAAAAAAAAA",
    startedFrom: { address: "203.0.113.7", userAgent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0" },
    data: `{"cart":["a","b"],"n":${index}}`,
  };
}

export function keyOfIndex(index: number): string {
  return keyOf(`session-${index}`);
}

export function sqliteScale(): Scale {
  const folder = mkdtempSync(join(tmpdir(), "hauberk-scale-"));
  const closers: (() => void)[] = [];
  return {
    open: async (sessions) => {
      const file = join(folder, `${sessions}.sqlite`);
      await sqliteStore({ file }).close?.();
      fillFile(file, sessions);
      const store = sqliteStore({ file });
      const other = new DatabaseSync(file);
      other.exec("PRAGMA synchronous = OFF; CREATE TABLE other_process (n)");
      const insert = other.prepare("INSERT INTO other_process VALUES (1)");
      closers.push(() => {
        other.close();
        void store.close?.();
      });
      return { store, forget: () => void insert.run() };
    },
    close: async () => {
      for (const close of closers) close();
      rmSync(folder, { recursive: true, force: true });
      await Promise.resolve();
    },
  };
}

/** One transaction: a million commits are not what is measured here. */
function fillFile(file: string, sessions: number): void {
  const database = new DatabaseSync(file);
  database.exec("PRAGMA cache_size = -1000000; BEGIN");
  const insert = database.prepare(SQL.insert);
  for (let index = 0; index < sessions; index++) {
    const record = sampleOf(index);
    insert.run(...unindexedColumns(record), ...indexedColumns(record), ...keyColumns(keyOfIndex(index)));
  }
  database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}

/** What the store's own scripts leave behind, many sessions a call: a million calls are not what is measured here. */
const FILL_REDIS = `
  for at = 1, #ARGV, 6 do
    redis.call('HSET', ARGV[at], 'v', ARGV[at + 1], 'i', ARGV[at + 2], 'r', ARGV[at + 3])
    redis.call('PEXPIREAT', ARGV[at], ARGV[at + 4])
    redis.call('ZADD', ARGV[at + 5], ARGV[at + 4], string.sub(ARGV[at], 12, -2))
  end`;

function redisArguments(index: number): readonly string[] {
  const record = sampleOf(index);
  const until = String(record.absoluteExpiresAtMs);
  return [
    `hauberk:s:{${keyOfIndex(index)}}`,
    String(record.version),
    String(record.idleExpiresAtMs),
    JSON.stringify(record),
    until,
    `hauberk:u:{${hash("sha256", record.userId ?? "", "hex")}}`,
  ];
}

export async function redisScale(): Promise<Scale> {
  const closers: (() => Promise<void>)[] = [];
  return Promise.resolve({
    open: async (sessions) => {
      const server = await startRedis({ durable: false });
      const client = await redisClient(server.port);
      closers.push(async () => {
        client.destroy();
        await server.stop();
      });
      for (let start = 0; start < sessions; start += 1000) {
        const batch = Array.from({ length: Math.min(1000, sessions - start) }, (_, offset) => start + offset);
        await client.eval(FILL_REDIS, { keys: [], arguments: batch.flatMap(redisArguments) });
      }
      return { store: redisStore({ client }) };
    },
    close: async () => {
      for (const close of closers) await close();
    },
  });
}

/** Both databases in one server, as Debian configures it: `shared_buffers` of 128 MB, which a million do not fit in. */
export async function postgresScale(): Promise<Scale> {
  const server = await startPostgres({ synced: false });
  const pools = [postgresPool(server.port, 300_000)];
  return {
    open: async (sessions) => {
      await pools[0]?.query(`CREATE DATABASE scale_${sessions}`);
      const pool = postgresPool(server.port, 300_000, `scale_${sessions}`);
      pools.push(pool);
      await migratePostgres(pool);
      for (let start = 0; start < sessions; start += 5000)
        await insertMany(pool, start, Math.min(start + 5000, sessions));
      await pool.query("VACUUM ANALYZE");
      await pool.query("CHECKPOINT");
      return { store: postgresStore({ pool }) };
    },
    close: async () => {
      for (const pool of pools) await pool.end();
      await server.stop();
    },
  };
}

const TYPES = [
  "bytea",
  ...Array<string>(4).fill("bigint"),
  "text",
  "bigint",
  ...Array<string>(4).fill("text"),
];

async function insertMany(pool: ReturnType<typeof postgresPool>, from: number, to: number): Promise<void> {
  const rows = Array.from({ length: to - from }, (_, offset) => {
    const record = sampleOf(from + offset);
    return [Buffer.from(keyOfIndex(from + offset), "hex"), ...columns(record), record.idleExpiresAtMs];
  });
  const types = [...TYPES, "bigint"];
  const text = `INSERT INTO hauberk_sessions SELECT * FROM unnest(${types.map((type, at) => `$${at + 1}::${type}[]`).join(", ")})`;
  await pool.query(
    text,
    types.map((_, at) => rows.map((row) => row[at])),
  );
}
