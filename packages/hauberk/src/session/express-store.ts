import { ConfigError } from "../errors/config-error.ts";
import { received } from "../internal/options.ts";
import type { StoreCallback } from "./express-call.ts";
import { LateWrites } from "./express-late.ts";
import { OpenReads } from "./express-reads.ts";
import { isRecord, type SessionRecord } from "./record.ts";
import type { SessionStore, StoredSession, WriteOutcome } from "./store.ts";

/** The part of an express-session store that is used: `connect-redis`, `connect-pg-simple` and about fifty others. */
export interface ExpressSessionStore {
  get(sid: string, callback: StoreCallback): unknown;
  set(sid: string, session: never, callback?: StoreCallback): unknown;
  destroy(sid: string, callback?: StoreCallback): unknown;
}

/**
 * Puts sessions into any store made for express-session. What is stored is the hash of the id, never the id.
 *
 * Such a store can neither compare nor move, so writes are put in a row inside this process. Within one process nothing
 * is lost or revived, not even by a write that the store was slow to do; while 10,000 writes are unanswered, every other one
 * is refused. **Several processes on one such store can overwrite each other**, as with express-session. Use `redisStore` or `postgresStore` there.
 *
 * @throws {ConfigError} `SESSION_STORE_INVALID`
 * @example hauberk(app, { ..., session: { store: fromExpressStore(new RedisStore({ client })) } });
 */
export function fromExpressStore(store: ExpressSessionStore): SessionStore {
  const methods = ["get", "set", "destroy"] as const;
  const candidate = store as Partial<ExpressSessionStore> | null | undefined;
  const missing = methods.filter((name) => typeof candidate?.[name] !== "function");
  if (missing.length > 0) {
    throw new ConfigError("SESSION_STORE_INVALID", {
      what: `fromExpressStore(): the store is ${received(store)} and lacks ${missing.join(", ")}.`,
      why: "sessions could be neither kept nor ended.",
      fix: "pass an instance, for example fromExpressStore(new RedisStore({ client })).",
    });
  }
  return new AdaptedStore(store);
}

/** One session as express-session's stores want it: they take the time to live from `cookie`. */
interface Wrapped {
  readonly cookie: { readonly originalMaxAge: number; readonly expires: Date };
  readonly hauberk: unknown;
}

/** Users' lists and epochs are sessions of their own, and live as long as the longest session may. */
const YEAR_MS = 31_622_400_000;

class AdaptedStore implements SessionStore {
  readonly #inner: ExpressSessionStore;
  readonly #late = new LateWrites();
  readonly #reads = new OpenReads();

  constructor(inner: ExpressSessionStore) {
    this.#inner = inner;
  }

  async get(key: string): Promise<SessionRecord | undefined> {
    const record = await this.#read(key);
    if (record === undefined || !isRecord(record) || record.userId === undefined) return record;
    return record.userEpoch >= (await this.epochOf(record.userId)) ? record : undefined;
  }

  async insert(key: string, record: SessionRecord): Promise<void> {
    if (record.userId !== undefined) await this.#index(record.userId, (keys) => [...keys, key]);
    await this.#late.inTurn(key, async () => this.#write(key, record));
  }

  async update(key: string, record: SessionRecord, expectedVersion: number): Promise<WriteOutcome> {
    return this.#late.inTurn(key, async () => {
      const current = await this.get(key);
      if (current === undefined) return "gone";
      if (current.version !== expectedVersion) return "conflict";
      await this.#write(key, record);
      return "saved";
    });
  }

  /** The new record first, under a key nobody has: if the old one cannot be turned into the mark, it is taken back. */
  async replace(
    oldKey: string,
    newKey: string,
    record: SessionRecord,
    expectedVersion: number,
    mark: SessionRecord,
  ): Promise<WriteOutcome> {
    await this.insert(newKey, record);
    const outcome = await this.update(oldKey, mark, expectedVersion);
    if (outcome !== "saved") await this.destroy(newKey);
    return outcome;
  }

  async touch(key: string, idleExpiresAtMs: number): Promise<void> {
    await this.#late.inTurn(key, async () => {
      const current = await this.get(key);
      if (current !== undefined && current.version > 0)
        await this.#write(key, { ...current, idleExpiresAtMs });
    });
  }

  async destroy(key: string): Promise<SessionRecord | undefined> {
    const removed = await this.#late.inTurn(key, async () => {
      const current = await this.#read(key);
      await this.#delete(key);
      return current;
    });
    if (removed?.userId !== undefined && isRecord(removed))
      await this.#index(removed.userId, (keys) => keys.filter((each) => each !== key));
    return removed;
  }

  async listByUser(userId: string): Promise<readonly StoredSession[]> {
    const found: StoredSession[] = [];
    for (const key of await this.#keysOf(userId)) {
      // oxlint-disable-next-line no-await-in-loop -- a handful, and gentle on the store
      const record = await this.get(key);
      if (record?.userId === userId) found.push({ key, record });
    }
    return found;
  }

  async destroyByUser(userId: string, exceptKey: string | undefined): Promise<number> {
    const doomed = (await this.listByUser(userId)).filter(({ key }) => key !== exceptKey);
    for (const { key } of doomed) {
      // oxlint-disable-next-line no-await-in-loop -- as above
      const removed = await this.destroy(key);
      // oxlint-disable-next-line no-await-in-loop -- as above
      if (removed?.version === 0) await this.destroy(removed.data);
    }
    return doomed.length;
  }

  async epochOf(userId: string): Promise<number> {
    const epoch = await this.#readExtra(epochKey(userId));
    return typeof epoch === "number" ? epoch : 0;
  }

  async endEpoch(userId: string, nowMs: number): Promise<void> {
    await this.#late.inTurn(epochKey(userId), async () => {
      const next = Math.max(nowMs, (await this.epochOf(userId)) + 1);
      await this.#writeExtra(epochKey(userId), next);
    });
  }

  /** Every express-session store drops what its `cookie.expires` says is over. */
  sweep(): number {
    return 0;
  }

  async #keysOf(userId: string): Promise<readonly string[]> {
    const keys = await this.#readExtra(listKey(userId));
    return Array.isArray(keys) ? keys.filter((key): key is string => typeof key === "string") : [];
  }

  async #index(userId: string, change: (keys: readonly string[]) => readonly string[]): Promise<void> {
    await this.#late.inTurn(listKey(userId), async () => {
      // The newest thousand: the list of somebody who never logs out must not grow for ever.
      await this.#writeExtra(listKey(userId), change(await this.#keysOf(userId)).slice(-1000));
    });
  }

  async #read(key: string): Promise<SessionRecord | undefined> {
    const found = await this.#readExtra(key);
    if (found === undefined || !isRecord(found)) return found as undefined;
    return { ...found, userId: found.userId };
  }

  async #write(key: string, record: SessionRecord): Promise<void> {
    await this.#set(key, record, Math.min(record.idleExpiresAtMs, record.absoluteExpiresAtMs));
  }

  async #readExtra(key: string): Promise<unknown> {
    const found = await this.#reads.ask((done) => this.#inner.get(key, done));
    // Also while a write is late: another process may have ended it.
    if (found === undefined || found === null) return undefined;
    const known = this.#late.answerFor(key);
    if (known !== undefined) return known.read();
    // Somebody else's session under our key: handed on, and refused by the core as no record.
    return (found as Partial<Wrapped>).hauberk ?? {};
  }

  async #writeExtra(key: string, value: unknown): Promise<void> {
    await this.#set(key, value, Date.now() + YEAR_MS);
  }

  async #set(key: string, hauberk: unknown, untilMs: number): Promise<void> {
    const wrapped: Wrapped = {
      cookie: { originalMaxAge: untilMs - Date.now(), expires: new Date(untilMs) },
      hauberk,
    };
    await this.#late.ask(key, untilMs, (done) => this.#inner.set(key, wrapped as never, done));
    this.#late.confirmed(key, () => ({
      read: () => hauberk,
      write: async () => this.#set(key, hauberk, untilMs),
      untilMs,
    }));
  }

  async #delete(key: string): Promise<void> {
    await this.#late.ask(key, 0, (done) => this.#inner.destroy(key, done));
    this.#late.confirmed(key, () => ({ read: nothing, write: async () => this.#delete(key), untilMs: 0 }));
  }
}

function nothing(): undefined {
  return undefined;
}

/** Neither can be the key of a session: those are 64 hexadecimal digits. */
function listKey(userId: string): string {
  return `user.${Buffer.from(userId).toString("base64url")}`;
}

function epochKey(userId: string): string {
  return `epoch.${Buffer.from(userId).toString("base64url")}`;
}
