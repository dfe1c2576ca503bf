import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { keyOf } from "../../../packages/hauberk/src/session/id.ts";
import { migratePostgres, postgresStore } from "../../../packages/hauberk/src/session/postgres.ts";
import type { SessionRecord } from "../../../packages/hauberk/src/session/record.ts";
import { redisStore } from "../../../packages/hauberk/src/session/redis.ts";
import { sqliteStore } from "../../../packages/hauberk/src/session/sqlite.ts";
import type { SessionStore } from "../../../packages/hauberk/src/session/store.ts";
import { startPostgres, startRedis } from "../../../packages/hauberk/test/session/servers.ts";
import { postgresPool, redisClient } from "./stores.ts";

/**
 * Look-up and save with a million sessions against a thousand, at the stores themselves:
 * node --conditions=source test/faults/session/scale.ts
 */
const LARGE = Number(process.argv[2] ?? 1_000_000);
const SMALL = 1000;
const SAMPLES = 4000;

function record(index: number, version = 1): SessionRecord {
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

function key(index: number): string {
  return keyOf(`session-${index}`);
}

async function fill(store: SessionStore, from: number, to: number): Promise<void> {
  for (let start = from; start < to; start += 200) {
    const batch = Array.from({ length: Math.min(200, to - start) }, (_, offset) => start + offset);
    await Promise.all(batch.map(async (index) => store.insert(key(index), record(index))));
  }
}

/** Microseconds per call, the median of seven runs over keys chosen at random. */
async function measure(size: number, call: (index: number) => unknown): Promise<number> {
  const runs: number[] = [];
  for (let run = 0; run < 7; run++) {
    const indexes = Array.from({ length: SAMPLES / 4 }, () => Math.floor(Math.random() * size));
    const start = performance.now();
    for (const index of indexes) await call(index);
    runs.push(((performance.now() - start) * 1000) / indexes.length);
  }
  return runs.toSorted((a, b) => a - b)[3] ?? Number.NaN;
}

interface Costs {
  readonly lookupUs: number;
  readonly saveUs: number;
}

async function costs(store: SessionStore, size: number): Promise<Costs> {
  const lookupUs = await measure(size, async (index) => store.get(key(index)));
  const saveUs = await measure(size, async (index) => {
    const found = await store.get(key(index));
    if (found !== undefined) await store.update(key(index), record(index, found.version + 1), found.version);
  });
  return { lookupUs: Math.round(lookupUs), saveUs: Math.round(saveUs) };
}

const results: Record<string, unknown> = {};
async function compare(name: string, store: SessionStore): Promise<void> {
  await fill(store, 0, SMALL);
  await costs(store, SMALL);
  const small = await costs(store, SMALL);
  await fill(store, SMALL, LARGE);
  await costs(store, LARGE);
  const large = await costs(store, LARGE);
  const ratio = {
    lookup: Number((large.lookupUs / small.lookupUs).toFixed(2)),
    save: Number((large.saveUs / small.saveUs).toFixed(2)),
  };
  results[name] = { small, large, ratio };
  process.stdout.write(`${name} ${JSON.stringify(results[name])}\n`);
}

const folder = mkdtempSync(join(tmpdir(), "hauberk-scale-"));
const sqlite = sqliteStore({ file: join(folder, "sessions.sqlite") });
await compare("sqlite", sqlite);
await sqlite.close?.();
rmSync(folder, { recursive: true, force: true });

const redis = await startRedis({ durable: false });
const client = await redisClient(redis.port);
await compare("redis", redisStore({ client }));
client.destroy();
await redis.stop();

const postgres = await startPostgres({ durable: false });
const pool = postgresPool(postgres.port);
await migratePostgres(pool);
await compare("postgres", postgresStore({ pool }));
await pool.end();
await postgres.stop();

const target = new URL("../results/", import.meta.url);
mkdirSync(target, { recursive: true });
const facts = {
  command: "node --conditions=source test/faults/session/scale.ts",
  node: process.version,
  cpu: cpus()[0]?.model,
  sessions: { small: SMALL, large: LARGE },
};
writeFileSync(new URL("session-scale.json", target), `${JSON.stringify({ ...facts, results }, null, 2)}\n`);
