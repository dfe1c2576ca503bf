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
 * Keeps the numbers in this process, up to a hard cap, in two generations: when the younger one holds half the cap, the
 * older one is forgotten, and with it all keys that were not asked for since. A key takes about 150 bytes.
 */
export class MemoryLimitStore implements LimitStore {
  readonly oneProcessOnly = true;
  readonly #keysPerGeneration: number;
  #young = new Map<string, number>();
  #old = new Map<string, number>();

  constructor(maxKeys: number) {
    this.#keysPerGeneration = Math.max(1, Math.floor(maxKeys / 2));
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  consume(charges: readonly Charge[], nowMs: number): readonly GcraResult[] {
    const results = decideCharges(charges, (key) => this.#recall(key), nowMs);
    if (!results.every((result) => result.allow)) return results;
    for (let index = 0; index < results.length; index++)
      this.set(charges[index]?.key ?? "", results[index]?.tatMs ?? nowMs);
    return results;
  }

  /** Notes what was charged, here or by a store that this one stands in for. */
  set(key: string, tatMs: number): void {
    if (this.#young.size >= this.#keysPerGeneration && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, tatMs);
  }

  forget(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  /** A client that is refused again and again must not be forgotten meanwhile. */
  #recall(key: string): number | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }
}
