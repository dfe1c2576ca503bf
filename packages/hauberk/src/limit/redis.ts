import { hash } from "node:crypto";
import { readOptions, readString, wrongType } from "../internal/options.ts";
import type { RedisClient } from "../session/redis.ts";
import { CLOCK_JUMP_MS, type GcraResult } from "./gcra.ts";
import { assertCosts, decideCharges, type Charge, type LimitStore } from "./store.ts";

export interface RedisLimitStoreOptions {
  /** A connected client of `redis` 4 or later, or its cluster client; may be the sessions' own. Closing it is yours. */
  readonly client: RedisClient;
  /** What all keys start with. @default "hauberk:" */
  readonly prefix?: string;
}

/** A key outlives the moment it is fresh again a little: the server's clock need not agree with ours. */
const MARGIN_MS = 1000;

/**
 * Charges all keys or none, in one step. ARGV: now, the margin, then interval, capacity and cost of each key; the
 * arithmetic is `decideGcra`'s, in the same order. Replies with what was stored before.
 */
const CONSUME = `
  local now, margin = tonumber(ARGV[1]), tonumber(ARGV[2])
  local before, after, allow = {}, {}, true
  for i, key in ipairs(KEYS) do
    local interval, capacity, cost = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
    local text = redis.call('GET', key)
    local latest = now + capacity
    local stored = now
    if text then stored = tonumber(text) end
    if not stored or stored ~= stored or stored == math.huge then stored = latest end
    if stored > latest + ${CLOCK_JUMP_MS} then stored = now end
    local tat = math.max(now, math.min(stored, latest)) + interval * cost
    if tat - latest > 0 then allow = false end
    before[i], after[i] = text, tat
  end
  if allow then
    for i, key in ipairs(KEYS) do
      local left = string.format('%.0f', math.ceil(after[i] - now) + margin)
      redis.call('SET', key, string.format('%.17g', after[i]), 'PX', left)
    end
  end
  return before`;
const CONSUME_SHA1 = hash("sha1", CONSUME, "hex");

/**
 * Keeps limits in Redis or Valkey: exact across all processes and machines. A key expires when it is fresh again.
 *
 * In a cluster all keys are in one slot, so that the four limits of a login are one step. The machines' clocks must agree
 * to the second; what a failover loses is forgotten guesses.
 *
 * @throws {ConfigError} `OPTION_TYPE`, `OPTION_UNKNOWN`
 * @example loginGuard({ secrets, store: redisLimitStore({ client }) });
 */
export function redisLimitStore(options: RedisLimitStoreOptions): LimitStore {
  const call = "redisLimitStore()";
  const { client, prefix } = readOptions(options, ["client", "prefix"], { call });
  const candidate = client as Partial<RedisClient> | null | undefined;
  if (typeof candidate?.eval !== "function" || typeof candidate.evalSha !== "function")
    throw wrongType(client, "a client of the package redis, version 4 or later", { call, path: "client" });
  return new RedisLimitStore(
    candidate as RedisClient,
    prefix === undefined ? "hauberk:" : readString(prefix, { call, path: "prefix" }),
  );
}

class RedisLimitStore implements LimitStore {
  readonly #client: RedisClient;
  readonly #prefix: string;

  constructor(client: RedisClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  async consume(charges: readonly Charge[], nowMs: number): Promise<readonly GcraResult[]> {
    assertCosts(charges);
    const numbers = charges.flatMap(({ rate, cost }) => [rate.intervalMs, rate.capacityMs, cost]);
    const before = (await this.#consume(
      charges.map(({ key }) => this.#key(key)),
      [nowMs, MARGIN_MS, ...numbers].map(String),
    )) as readonly (string | null)[];
    const stored = new Map(charges.map(({ key }, index) => [key, before[index] ?? undefined]));
    return decideCharges(charges, (key) => numberOf(stored.get(key)), nowMs);
  }

  async forget(key: string): Promise<void> {
    await this.#client.eval("return redis.call('DEL', KEYS[1])", { keys: [this.#key(key)], arguments: [] });
  }

  async #consume(keys: string[], values: string[]): Promise<unknown> {
    const call = { keys, arguments: values };
    try {
      return await this.#client.evalSha(CONSUME_SHA1, call);
    } catch (error) {
      // A restarted server has forgotten the script.
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return this.#client.eval(CONSUME, call);
    }
  }

  #key(key: string): string {
    return `${this.#prefix}{limits}:${key}`;
  }
}

/** NaN for what is no number: `decideGcra` takes that for a key that is used up. */
function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text.trim() === "" ? "NaN" : text);
}
