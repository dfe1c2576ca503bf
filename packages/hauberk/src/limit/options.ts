import type { Request } from "express";
import { ConfigError } from "../errors/config-error.ts";
import {
  describe,
  readBoolean,
  readFunction,
  readInteger,
  readOptions,
  received,
  wrongType,
  type OptionPlace,
} from "../internal/options.ts";
import { withFallback } from "./fallback.ts";
import { rateOf, type Rate } from "./gcra.ts";
import { addressKeyBy, IPV6_PREFIX_LENGTH } from "./key.ts";
import { MemoryLimitStore, type LimitStore } from "./store.ts";

/** Who is counted: the client's address, the user who is logged in (else the address), all together, or what you say. */
export type CountedBy = "address" | "user" | "everybody" | ((req: Request) => string | undefined);

export interface LimitOptions {
  /** Requests a client may make in a window, static files not counted. @default 600 */
  readonly limit?: number;
  /** @default 60 */
  readonly windowSeconds?: number;
  /** How many of them may come at once. @default 100, or `limit` if that is less */
  readonly burst?: number;
  /**
   * A function may return `undefined` for requests that are not to be counted.
   * @default "address"
   */
  readonly by?: CountedBy;
  /** How many requests one counts for: a positive integer, or a function that says. @default 1 */
  readonly cost?: number | ((req: Request) => number);
  /** Tells this limit from others in headers, events and a shared store. @default what `by` says, or "custom" */
  readonly name?: string;
  /** Sends `RateLimit` and `RateLimit-Policy` with every answer, not only with a 429. @default false */
  readonly announce?: boolean;
  /**
   * How many bits of an IPv6 address make a client, from 32 to 64. Many providers give a household a /56: 256 networks
   * that 64 would count apart. Some hosts give neighbours one /56: with 56 they are one client.
   * @default 64
   */
  readonly ipv6PrefixLength?: number;
  /** Where the counts are kept; shared by all processes that share it. @default this process */
  readonly store?: LimitStore;
  /** Clients remembered in this process; beyond that the one seen longest ago is forgotten. @default 100_000 */
  readonly maxKeys?: number;
}

export interface LimitPolicy {
  readonly name: string;
  readonly rate: Rate;
  readonly maxKeys: number;
  readonly by: CountedBy;
  readonly cost: (req: Request) => number;
  readonly announce: boolean;
  /** What an address is counted under. */
  readonly addressKey: (address: string) => string;
  readonly store: LimitStore;
  /** The RateLimit-Policy field, the same for everybody. */
  readonly policyField: string;
}

const KNOWN = [
  "limit",
  "windowSeconds",
  "burst",
  "by",
  "cost",
  "name",
  "announce",
  "ipv6PrefixLength",
  "store",
  "maxKeys",
] as const;

/**
 * Turns the limit options into a policy.
 *
 * @throws {ConfigError} `OPTION_RANGE`, `OPTION_TYPE`, `OPTION_UNKNOWN`, `LIMIT_STORE_INVALID`
 * @see draft-ietf-httpapi-ratelimit-headers
 */
export function parseLimitOptions(input: unknown, call = "limit()"): LimitPolicy {
  const options = readOptions(input, KNOWN, { call });
  const integer = (path: (typeof KNOWN)[number], max: number, fallback: number): number =>
    readInteger(options[path], { min: 1, max, fallback }, { call, path });
  const limit = integer("limit", 1_000_000_000, 600);
  const windowSeconds = integer("windowSeconds", 86_400, 60);
  const burst = integer("burst", limit, Math.min(100, limit));
  const maxKeys = integer("maxKeys", 10_000_000, 100_000);
  const by = readCountedBy(options["by"], { call, path: "by" });
  const name = readName(options["name"], typeof by === "string" ? by : "custom", { call, path: "name" });
  return {
    name,
    rate: rateOf(limit, windowSeconds, burst),
    maxKeys,
    by,
    cost: readCost(options["cost"], { call, path: "cost" }),
    announce: readBoolean(options["announce"], false, { call, path: "announce" }),
    addressKey: readAddressKey(options["ipv6PrefixLength"], { call, path: "ipv6PrefixLength" }),
    store: readLimitStore(options["store"], maxKeys, { call, path: "store" }),
    policyField: `"${name}";q=${limit};w=${windowSeconds}`,
  };
}

function readCountedBy(value: unknown, place: OptionPlace): CountedBy {
  if (value === undefined) return "address";
  if (value === "address" || value === "user" || value === "everybody") return value;
  if (typeof value === "function") return value as CountedBy;
  throw wrongType(value, '"address", "user", "everybody" or a function', place);
}

/** Beyond /64 a client has as many networks as it likes; shorter than /32 is a whole provider. */
export function readAddressKey(value: unknown, place: OptionPlace): (address: string) => string {
  return addressKeyBy(readInteger(value, { min: 32, max: 64, fallback: IPV6_PREFIX_LENGTH }, place));
}

/** It goes into a header and into keys: no quotes, no separators. */
function readName(value: unknown, fallback: string, place: OptionPlace): string {
  if (value === undefined) return fallback;
  if (typeof value === "string" && /^[a-z][a-z0-9-]{0,31}$/.test(value)) return value;
  throw wrongType(value, "a name of lower-case letters, digits and dashes", place);
}

function readCost(value: unknown, place: OptionPlace): (req: Request) => number {
  if (typeof value === "function") return readFunction(value, place) as (req: Request) => number;
  const cost = readInteger(value, { min: 1, max: 1_000_000, fallback: 1 }, place);
  return () => cost;
}

/** A shared store gets a fallback in this process; a store of this process needs none. */
export function readLimitStore(
  value: unknown,
  maxKeys: number,
  place: OptionPlace,
  deadlineMs?: number,
): LimitStore {
  if (value === undefined) return new MemoryLimitStore(maxKeys);
  const { consume, forget } = (value ?? {}) as Partial<LimitStore>;
  if (typeof consume === "function" && typeof forget === "function")
    return withFallback(value as LimitStore, maxKeys, deadlineMs);
  throw new ConfigError("LIMIT_STORE_INVALID", {
    what: `${describe(place)} is ${received(value)}, expected a store with consume() and forget().`,
    why: "a limit that cannot count lets everything through.",
    fix: 'sqliteLimitStore({ file: "data/limits.sqlite" }), or leave it out to count in this process.',
  });
}
