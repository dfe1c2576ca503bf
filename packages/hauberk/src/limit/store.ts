import type { MaybePromise } from "../session/store.ts";
import { decideGcra, type GcraResult, type Rate } from "./gcra.ts";

/** What one request costs one key. */
export interface Charge {
  /** Unique within a store, at most 128 characters: the name of the limit, and who is counted. */
  readonly key: string;
  readonly rate: Rate;
  /** A positive integer. */
  readonly cost: number;
}

/** Keeps one number a key. Every store decides by `decideGcra`, so that all behave alike. */
export interface LimitStore {
  /**
   * Charges all keys, or none: a request that one limit refuses costs the others nothing. Must be atomic across all
   * processes that share the store.
   *
   * @returns one result for each charge, in order
   */
  consume(charges: readonly Charge[], nowMs: number): MaybePromise<readonly GcraResult[]>;
  /** Forgets a key, so that it may start anew. */
  forget(key: string): MaybePromise<void>;
  close?(): MaybePromise<void>;
  /** True when no other process sees the counts: `listen({ workers })` refuses such a store. @default false */
  readonly oneProcessOnly?: boolean;
}

/**
 * For stores that charge before they decide here.
 *
 * @throws {RangeError} when a cost is no positive integer: a cost of -1 would pay requests back
 */
export function assertCosts(charges: readonly Charge[]): void {
  for (const { rate, cost } of charges) decideGcra(undefined, 0, rate, cost);
}

/** Decides all charges by what is stored; the caller stores the results if all of them allow. */
export function decideCharges(
  charges: readonly Charge[],
  read: (key: string) => number | undefined,
  nowMs: number,
): readonly GcraResult[] {
  return charges.map(({ key, rate, cost }) => decideGcra(read(key), nowMs, rate, cost));
}

/**
 * Keeps the numbers in this process, up to a hard cap: beyond it the keys that were charged longest ago are forgotten, one
 * in a hundred at once.
 * A key takes about 150 bytes.
 */
export class MemoryLimitStore implements LimitStore {
  readonly oneProcessOnly = true;
  readonly #arrivals = new Map<string, number>();
  readonly #maxKeys: number;

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  get size(): number {
    return this.#arrivals.size;
  }

  consume(charges: readonly Charge[], nowMs: number): readonly GcraResult[] {
    const results = decideCharges(charges, (key) => this.#arrivals.get(key), nowMs);
    if (!results.every((result) => result.allow)) return results;
    for (const [index, result] of results.entries()) this.#put(charges[index]?.key ?? "", result.tatMs);
    return results;
  }

  forget(key: string): void {
    this.#arrivals.delete(key);
  }

  /** A Map keeps the order of writes: its first key is the one charged longest ago. */
  #put(key: string, tatMs: number): void {
    this.#arrivals.delete(key);
    this.#arrivals.set(key, tatMs);
    if (this.#arrivals.size > this.#maxKeys) this.#dropOldest();
  }

  /**
   * Many at once, because a walk from the start passes all that were deleted before. No iterator is kept for the next
   * time: a Map holds on to each of its former tables for as long as an iterator stands in one.
   */
  #dropOldest(): void {
    let left = Math.ceil(this.#maxKeys / 100);
    for (const key of this.#arrivals.keys()) {
      this.#arrivals.delete(key);
      if (--left === 0) return;
    }
  }
}
