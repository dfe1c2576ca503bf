import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../errors/config-error.ts";
import { parseLimitOptions } from "./options.ts";

const REFUSED: readonly [title: string, input: unknown, code: string][] = [
  ["a limit in words", { limit: "600" }, "OPTION_RANGE"],
  ["no limit", { limit: Infinity }, "OPTION_RANGE"],
  ["a limit that is no number", { limit: Number.NaN }, "OPTION_RANGE"],
  ["a limit of zero", { limit: 0 }, "OPTION_RANGE"],
  ["a negative window", { windowSeconds: -5 }, "OPTION_RANGE"],
  ["a window of half a second", { windowSeconds: 0.5 }, "OPTION_RANGE"],
  ["a window of years", { windowSeconds: 1e9 }, "OPTION_RANGE"],
  ["a burst of zero", { burst: 0 }, "OPTION_RANGE"],
  ["a burst above the limit", { limit: 10, burst: 11 }, "OPTION_RANGE"],
  ["endless memory", { maxKeys: Infinity }, "OPTION_RANGE"],
  ["milliseconds under express-rate-limit's name", { windowMs: 60_000 }, "OPTION_UNKNOWN"],
  ["an unknown way to count", { by: "ip" }, "OPTION_TYPE"],
  ["a name that breaks out of its header", { name: 'a";q=1' }, "OPTION_TYPE"],
  ["a name that is a key's separator", { name: "a:b" }, "OPTION_TYPE"],
  [
    "a prefix that leaves a client 2^16 networks' worth of addresses",
    { ipv6PrefixLength: 80 },
    "OPTION_RANGE",
  ],
  ["a prefix as wide as a provider", { ipv6PrefixLength: 24 }, "OPTION_RANGE"],
  ["a prefix in words", { ipv6PrefixLength: "/56" }, "OPTION_RANGE"],
  ["a prefix under express-rate-limit's name", { ipv6Subnet: 56 }, "OPTION_UNKNOWN"],
  ["a cost of nothing", { cost: 0 }, "OPTION_RANGE"],
  ["a store that is none", { store: { get: () => undefined } }, "LIMIT_STORE_INVALID"],
  ["null as a store", { store: null }, "LIMIT_STORE_INVALID"],
  ["true", true, "OPTIONS_INVALID"],
];

for (const [title, input, code] of REFUSED) {
  test(`refuses ${title}`, () => {
    assert.throws(
      () => parseLimitOptions(input),
      (error: unknown) => error instanceof ConfigError && error.code === code,
    );
  });
}

test("has finite defaults for everything", () => {
  const { rate, maxKeys, policyField } = parseLimitOptions(undefined);
  assert.deepEqual([rate.intervalMs, rate.capacityMs, maxKeys], [100, 10_000, 100_000]);
  assert.equal(policyField, '"address";q=600;w=60');
});
