import { readInteger, readOptions } from "../internal/options.ts";
import type { SessionRecord } from "./record.ts";
import type { SessionStore } from "./store.ts";

export interface MemoryStoreOptions {
  /** Beyond this many sessions the one that was used longest ago is dropped. @default 100_000 */
  readonly maxEntries?: number;
}

/**
 * Keeps sessions in this process: for tests and for trying things out. They are gone with the process, and no other
 * process sees them.
 *
 * @throws {ConfigError} `OPTION_RANGE`, `OPTION_UNKNOWN`
 * @example hauberk(app, { ..., session: { store: memoryStore() } });
 */
export function memoryStore(options: MemoryStoreOptions = {}): SessionStore {
  const call = "memoryStore()";
  const known = readOptions(options, ["maxEntries"], { call });
  const maxEntries = readInteger(
    known["maxEntries"],
    { min: 1, max: 10_000_000, fallback: 100_000 },
    { call, path: "maxEntries" },
  );
  return new MemoryStore(maxEntries);
}

/** A Map in order of last write; eviction takes from its front. */
class MemoryStore implements SessionStore {
  readonly #records = new Map<string, SessionRecord>();
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get(key: string): SessionRecord | undefined {
    return this.#records.get(key);
  }

  insert(key: string, record: SessionRecord): void {
    this.#put(key, record);
    for (const oldest of this.#records.keys()) {
      if (this.#records.size <= this.#maxEntries) break;
      this.#records.delete(oldest);
    }
  }

  update(key: string, record: SessionRecord, expectedVersion: number): "saved" | "conflict" | "gone" {
    const current = this.#records.get(key);
    if (current === undefined) return "gone";
    if (current.version !== expectedVersion) return "conflict";
    this.#put(key, record);
    return "saved";
  }

  replace(oldKey: string, newKey: string, record: SessionRecord): "saved" | "gone" {
    if (!this.#records.delete(oldKey)) return "gone";
    this.#put(newKey, record);
    return "saved";
  }

  touch(key: string, idleExpiresAtMs: number): void {
    const current = this.#records.get(key);
    if (current !== undefined) this.#put(key, { ...current, idleExpiresAtMs });
  }

  destroy(key: string): boolean {
    return this.#records.delete(key);
  }

  listByUser(userId: string): readonly { key: string; record: SessionRecord }[] {
    return [...this.#records]
      .filter(([, record]) => record.userId === userId)
      .map(([key, record]) => ({ key, record }));
  }

  destroyByUser(userId: string, exceptKey: string | undefined): number {
    const doomed = this.listByUser(userId).filter(({ key }) => key !== exceptKey);
    for (const { key } of doomed) this.#records.delete(key);
    return doomed.length;
  }

  sweep(nowMs: number, limit: number): number {
    let swept = 0;
    for (const [key, record] of this.#records) {
      if (swept >= limit) break;
      if (record.idleExpiresAtMs > nowMs) continue;
      this.#records.delete(key);
      swept++;
    }
    return swept;
  }

  #put(key: string, record: SessionRecord): void {
    this.#records.delete(key);
    this.#records.set(key, record);
  }
}
