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
