import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../errors/config-error.ts";
import { parseBodyOptions } from "./options.ts";

const REFUSED: readonly [title: string, input: unknown, code: string][] = [
  ["a limit in words", { limitBytes: "100kb" }, "OPTION_RANGE"],
  ["a limit that body-parser would take for none", { limitBytes: "ten megs" }, "OPTION_RANGE"],
  ["no limit", { limitBytes: Infinity }, "OPTION_RANGE"],
  ["a limit that is no number", { limitBytes: Number.NaN }, "OPTION_RANGE"],
  ["a limit of zero", { limitBytes: 0 }, "OPTION_RANGE"],
  ["a negative limit", { limitBytes: -1 }, "OPTION_RANGE"],
  ["half a byte", { limitBytes: 0.5 }, "OPTION_RANGE"],
  ["null as a limit", { limitBytes: null }, "OPTION_RANGE"],
  ["a limit beyond all memory", { limitBytes: 2 ** 40 }, "OPTION_RANGE"],
  ["no depth", { maxDepth: 0 }, "OPTION_RANGE"],
  ["endless depth", { maxDepth: 101 }, "OPTION_RANGE"],
  ["no keys", { maxKeys: 0 }, "OPTION_RANGE"],
  ["endless keys", { maxKeys: 1e9 }, "OPTION_RANGE"],
  ["a text for repeatable", { repeatable: "tag" }, "OPTION_TYPE"],
  ["a misspelt option", { limit: 1 }, "OPTION_UNKNOWN"],
  ["a request", () => undefined, "OPTIONS_INVALID"],
];

for (const [title, input, code] of REFUSED) {
  test(`refuses ${title}`, () => {
    assert.throws(
      () => parseBodyOptions(input),
      (error: unknown) => error instanceof ConfigError && error.code === code,
    );
  });
}

test("has finite defaults for everything", () => {
  const { limitBytes, maxKeys, maxDepth, repeatable } = parseBodyOptions(undefined);
  assert.deepEqual([limitBytes, maxKeys, maxDepth, repeatable.size], [102_400, 1000, 20, 0]);
});
