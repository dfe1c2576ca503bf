import { hash } from "node:crypto";
import { readOptions, readString, wrongType } from "../internal/options.ts";
import type { SessionRecord } from "./record.ts";
import { SCRIPTS, type Script } from "./redis-scripts.ts";
import type { SessionStore, StoredSession, WriteOutcome } from "./store.ts";

/** The part of a node-redis client, pool or cluster that is used. */
export interface RedisClient {
  eval(script: string, options: RedisCall): Promise<unknown>;
  evalSha(sha1: string, options: RedisCall): Promise<unknown>;
}

interface RedisCall {
  readonly keys: string[];
  readonly arguments: string[];
}

export interface RedisStoreOptions {
  /** A connected client of `redis` 4 or later, or its cluster client. Closing it is yours. */
  readonly client: RedisClient;
  /** What all keys start with. @default "hauberk:" */
  readonly prefix?: string;
}

/** A key outlives its session a little, so that "expired" can be told from "never there". */
const MARGIN_MS = 60_000;

/** Longer than any session may live: until then the epoch is what ends the old ones. */
const EPOCH_TTL_MS = 400 * 86_400_000;

/**
 * Keeps sessions in Redis or Valkey, for an app of several machines.
 *
 * Each session is one key and each user's index another, so a cluster may spread them; every script touches one slot.
 * Give Redis `maxmemory-policy noeviction`: evicted sessions are logged-out users. Expiry is Redis's own (`sweep` is idle).
 *
 * @throws {ConfigError} `OPTION_TYPE`, `OPTION_UNKNOWN`
 * @see docs/guide/sessions.md for what a failover may lose
 * @example
 * const client = await createClient({ url }).on("error", log).connect();
 * hauberk(app, { ..., session: { store: redisStore({ client }) } });
 */
export function redisStore(options: RedisStoreOptions): SessionStore {
  const call = "redisStore()";
  const { client, prefix } = readOptions(options, ["client", "prefix"], { call });
  const candidate = client as Partial<RedisClient> | null | undefined;
  if (typeof candidate?.eval !== "function" || typeof candidate.evalSha !== "function")
    throw wrongType(client, "a client of the package redis, version 4 or later", { call, path: "client" });
  return new RedisStore(
    candidate as RedisClient,
    prefix === undefined ? "hauberk:" : readString(prefix, { call, path: "prefix" }),
  );
}

class RedisStore implements SessionStore {
  readonly #client: RedisClient;
  readonly #prefix: string;

  constructor(client: RedisClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  async get(key: string): Promise<SessionRecord | undefined> {
    const record = toRecord(await this.#run(SCRIPTS.get, [this.#session(key)]));
    return record === undefined || (await this.#isCurrent(record)) ? record : undefined;
  }

  async insert(key: string, record: SessionRecord): Promise<void> {
    // The index first: a session that no list shows could not be revoked.
    if (record.userId !== undefined) await this.#index(record.userId, key, record);
    await this.#run(SCRIPTS.put, [this.#session(key)], fields(record));
  }

  async update(key: string, record: SessionRecord, expectedVersion: number): Promise<WriteOutcome> {
    if (!(await this.#isCurrent(record))) return "gone";
    return this.#compareAndSet(key, record, expectedVersion);
  }

  /** The new record first, under a key nobody has: if the old one cannot be turned into the mark, it is taken back. */
  async replace(
    oldKey: string,
    newKey: string,
    record: SessionRecord,
    expectedVersion: number,
    mark: SessionRecord,
  ): Promise<WriteOutcome> {
    const old = await this.get(oldKey);
    if (old === undefined) return "gone";
    await this.insert(newKey, record);
    const outcome = await this.#compareAndSet(oldKey, mark, expectedVersion);
    if (outcome !== "saved") await this.destroy(newKey);
    else if (old.userId !== undefined) await this.#unindex(old.userId, oldKey);
    return outcome;
  }

  async touch(key: string, idleExpiresAtMs: number): Promise<void> {
    const times = [String(idleExpiresAtMs), String(idleExpiresAtMs + MARGIN_MS)];
    await this.#run(SCRIPTS.touch, [this.#session(key)], times);
  }

  async destroy(key: string): Promise<SessionRecord | undefined> {
    const record = toRecord(await this.#run(SCRIPTS.destroy, [this.#session(key)]));
    if (record?.userId !== undefined) await this.#unindex(record.userId, key);
    return record;
  }

  async listByUser(userId: string): Promise<readonly StoredSession[]> {
    const keys = (await this.#run(SCRIPTS.list, [this.#user("u", userId)])) as readonly string[];
    const epoch = await this.epochOf(userId);
    const records = await Promise.all(
      keys.map(async (key) => toRecord(await this.#run(SCRIPTS.get, [this.#session(key)]))),
    );
    return keys.flatMap((key, index) => {
      const record = records[index];
      const theirs = record !== undefined && record.userId === userId && record.userEpoch >= epoch;
      return theirs ? [{ key, record }] : [];
    });
  }

  async destroyByUser(userId: string, exceptKey: string | undefined): Promise<number> {
    const doomed = (await this.listByUser(userId)).filter(({ key }) => key !== exceptKey);
    await Promise.all(doomed.map(async ({ key }) => this.#destroyWhereItWent(key)));
    return doomed.length;
  }

  async epochOf(userId: string): Promise<number> {
    return Number((await this.#run(SCRIPTS.epoch, [this.#user("e", userId)])) ?? 0);
  }

  async endEpoch(userId: string, nowMs: number): Promise<void> {
    await this.#run(SCRIPTS.endEpoch, [this.#user("e", userId)], [String(nowMs), String(EPOCH_TTL_MS)]);
  }

  sweep(): number {
    return 0;
  }

  async #compareAndSet(key: string, record: SessionRecord, expectedVersion: number): Promise<WriteOutcome> {
    const values = [...fields(record), String(expectedVersion)];
    return (await this.#run(SCRIPTS.compareAndSet, [this.#session(key)], values)) as WriteOutcome;
  }

  async #destroyWhereItWent(key: string): Promise<void> {
    const removed = await this.destroy(key);
    if (removed?.version === 0) await this.#destroyWhereItWent(removed.data);
  }

  async #isCurrent({ userId, userEpoch }: SessionRecord): Promise<boolean> {
    return userId === undefined || userEpoch >= (await this.epochOf(userId));
  }

  async #index(userId: string, key: string, record: SessionRecord): Promise<void> {
    const until = record.absoluteExpiresAtMs + MARGIN_MS;
    const values = [key, String(until), String(Date.now())];
    await this.#run(SCRIPTS.index, [this.#user("u", userId)], values);
  }

  async #unindex(userId: string, key: string): Promise<void> {
    await this.#run(SCRIPTS.unindex, [this.#user("u", userId)], [key]);
  }

  #session(key: string): string {
    return `${this.#prefix}s:{${key}}`;
  }

  /** Hashed: a user id may hold a brace, which would choose the slot, and an e-mail address is nobody's business here. */
  #user(kind: "u" | "e", userId: string): string {
    return `${this.#prefix}${kind}:{${hash("sha256", userId, "hex")}}`;
  }

  async #run(script: Script, keys: string[], values: string[] = []): Promise<unknown> {
    const call = { keys, arguments: values };
    try {
      return await this.#client.evalSha(script.sha1, call);
    } catch (error) {
      // A restarted server has forgotten the scripts.
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return this.#client.eval(script.text, call);
    }
  }
}

/** Version, idle expiry, the record, and when the key may go. */
function fields(record: SessionRecord): string[] {
  const until = Math.min(record.idleExpiresAtMs, record.absoluteExpiresAtMs) + MARGIN_MS;
  return [
    String(record.version),
    String(record.idleExpiresAtMs),
    JSON.stringify(record),
    String(Math.floor(until)),
  ];
}

/** Whatever else stands under the key is handed on as it is: the core refuses what is no record. */
function toRecord(reply: unknown): SessionRecord | undefined {
  const [version, idle, text] = reply as readonly (string | null)[];
  if (typeof version !== "string" || typeof idle !== "string" || typeof text !== "string") return undefined;
  try {
    const { userId, ...rest } = JSON.parse(text) as SessionRecord;
    return { ...rest, userId, version: Number(version), idleExpiresAtMs: Number(idle) };
  } catch {
    return {} as SessionRecord;
  }
}
