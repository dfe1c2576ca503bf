import { readInteger, readOptions } from "../internal/options.ts";
import { UserEpochs } from "./memory-epochs.ts";
import type { SessionRecord } from "./record.ts";
import type { SessionStore, StoredSession, WriteOutcome } from "./store.ts";

export interface MemoryStoreOptions {
  /** Beyond this many sessions the one that was written longest ago is dropped. @default 100_000 */
  readonly maxEntries?: number;
  /** Beyond this many bytes, counted roughly, likewise. @default 134_217_728 (128 MiB) */
  readonly maxBytes?: number;
}

/** What an entry costs besides its texts, measured on Node 24. */
const ENTRY_BYTES = 600;

/**
 * Keeps sessions in this process: for tests and for trying things out. They are gone with the process, and no other
 * process sees them.
 *
 * @throws {ConfigError} `OPTION_RANGE`, `OPTION_UNKNOWN`
 * @example hauberk(app, { ..., session: { store: memoryStore() } });
 */
export function memoryStore(options: MemoryStoreOptions = {}): SessionStore {
  const call = "memoryStore()";
  const known = readOptions(options, ["maxEntries", "maxBytes"], { call });
  const maxEntries = readInteger(
    known["maxEntries"],
    { min: 1, max: 10_000_000, fallback: 100_000 },
    { call, path: "maxEntries" },
  );
  const maxBytes = readInteger(
    known["maxBytes"],
    { min: 1_048_576, max: 2 ** 36, fallback: 2 ** 27 },
    { call, path: "maxBytes" },
  );
  return new MemoryStore(maxEntries, maxBytes);
}

/** A Map in order of last write; eviction takes from its front. */
class MemoryStore implements SessionStore {
  readonly oneProcessOnly = true;
  readonly #records = new Map<string, SessionRecord>();
  readonly #byUser = new Map<string, Set<string>>();
  readonly #epochs = new UserEpochs();
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  #bytes = 0;
  #sweeping: MapIterator<[string, SessionRecord]> | undefined = undefined;

  constructor(maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  get(key: string): SessionRecord | undefined {
    return this.#records.get(key);
  }

  insert(key: string, record: SessionRecord): void {
    if (this.#epochs.refuses(record)) return;
    this.#put(key, record);
    this.#evict();
  }

  update(key: string, record: SessionRecord, expectedVersion: number): WriteOutcome {
    const current = this.get(key);
    if (current === undefined) return "gone";
    if (current.version !== expectedVersion) return "conflict";
    this.#put(key, record);
    this.#evict();
    return "saved";
  }

  replace(
    oldKey: string,
    newKey: string,
    record: SessionRecord,
    expectedVersion: number,
    mark: SessionRecord,
  ): WriteOutcome {
    const before = this.#records.get(oldKey);
    const outcome = this.update(oldKey, mark, expectedVersion);
    if (outcome !== "saved") return outcome;
    // A session that only moves is not over: it would have been deleted. One that a login begins may be.
    const moves = before?.userId === record.userId && before?.userEpoch === record.userEpoch;
    if (moves || !this.#epochs.refuses(record)) this.#put(newKey, record);
    this.#evict();
    return outcome;
  }

  touch(key: string, idleExpiresAtMs: number): void {
    const current = this.get(key);
    if (current !== undefined && current.version > 0) this.#put(key, { ...current, idleExpiresAtMs });
  }

  destroy(key: string): SessionRecord | undefined {
    const record = this.#records.get(key);
    if (record !== undefined) this.#remove(key, record);
    return record;
  }

  listByUser(userId: string): readonly StoredSession[] {
    const found: StoredSession[] = [];
    for (const key of this.#byUser.get(userId) ?? []) {
      const record = this.get(key);
      if (record !== undefined) found.push({ key, record });
    }
    return found;
  }

  destroyByUser(userId: string, exceptKey: string | undefined): number {
    const doomed = this.listByUser(userId).filter(({ key }) => key !== exceptKey);
    for (const { key } of doomed) this.destroy(key);
    return doomed.length;
  }

  epochOf(userId: string): number {
    return this.#epochs.of(userId);
  }

  endEpoch(userId: string, nowMs: number): void {
    this.#epochs.end(userId, nowMs);
    this.destroyByUser(userId, undefined);
  }

  /** Goes on where it stopped: looking through all of them at once would keep every request waiting. */
  sweep(nowMs: number, limit: number): number {
    for (let lookedAt = 0; lookedAt < limit; lookedAt++) {
      this.#sweeping ??= this.#records.entries();
      const { done, value } = this.#sweeping.next();
      if (done === true) {
        this.#sweeping = undefined;
        return lookedAt;
      }
      const [key, record] = value;
      if (record.idleExpiresAtMs <= nowMs) this.#remove(key, record);
    }
    return limit;
  }

  #put(key: string, record: SessionRecord): void {
    const before = this.#records.get(key);
    if (before !== undefined) this.#remove(key, before);
    this.#records.set(key, record);
    this.#bytes += sizeOf(record);
    if (record.userId === undefined) return;
    const keys = this.#byUser.get(record.userId) ?? new Set();
    this.#byUser.set(record.userId, keys.add(key));
  }

  #remove(key: string, record: SessionRecord): void {
    this.#records.delete(key);
    this.#bytes -= sizeOf(record);
    if (record.userId === undefined) return;
    const keys = this.#byUser.get(record.userId);
    keys?.delete(key);
    if (keys?.size === 0) this.#byUser.delete(record.userId);
  }

  /** One in a hundred at once: a walk from the start passes all that were deleted before. */
  #evict(): void {
    if (this.#records.size <= this.#maxEntries && this.#bytes <= this.#maxBytes) return;
    const entries = this.#maxEntries - Math.floor(this.#maxEntries / 100);
    const bytes = this.#maxBytes - Math.floor(this.#maxBytes / 100);
    for (const [oldest, record] of this.#records) {
      this.#remove(oldest, record);
      if (this.#records.size <= entries && this.#bytes <= bytes) return;
    }
  }
}

/** Two bytes a character at worst. */
function sizeOf(record: SessionRecord): number {
  const { data, startedFrom, userId } = record;
  return ENTRY_BYTES + 2 * (data.length + startedFrom.userAgent.length + (userId?.length ?? 0));
}
