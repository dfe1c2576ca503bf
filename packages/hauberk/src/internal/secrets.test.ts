import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { ConfigError } from "../errors/config-error.ts";
import { deriveKeys, parseSecrets } from "./secrets.ts";

const REFUSED: readonly [title: string, value: unknown, code: string][] = [
  ["nothing", undefined, "SECRET_WEAK"],
  ["an empty list", [], "SECRET_WEAK"],
  ["a text that is no list", "Zk3vQ8rT1mYw6xLb9nCd4hJf7pSg2aUe", "OPTION_TYPE"],
  ["an unset variable in the list", [undefined], "OPTION_TYPE"],
  ["a Buffer", [Buffer.alloc(32)], "OPTION_TYPE"],
  ["31 bytes", ["Zk3vQ8rT1mYw6xLb9nCd4hJf7pSg2aU"], "SECRET_WEAK"],
  ["one letter over and over", ["x".repeat(100)], "SECRET_WEAK"],
  ["digits over and over", ["1234567890".slice(0, 9).repeat(10)], "SECRET_WEAK"],
  ["the article's secret", ["keyboard cat, and then some random 8f3kd91la02"], "SECRET_PLACEHOLDER"],
  [
    "the article's secret with other punctuation",
    ["Keyboard-Cat_8f3kd91la02mzpq7r5t8f3kd"],
    "SECRET_PLACEHOLDER",
  ],
  ["change me", ["please-change-me-8f3kd91la02mzpq7r5t8f"], "SECRET_PLACEHOLDER"],
  ["your secret", ["your_secret_8f3kd91la02mzpq7r5t8f3kd91"], "SECRET_PLACEHOLDER"],
  [
    "an unfilled line of an example file",
    ["<insert secret of at least 32 characters here>"],
    "SECRET_PLACEHOLDER",
  ],
  ["a weak one behind a strong one", [randomBytes(32).toString("hex"), "old"], "SECRET_WEAK"],
];

for (const [title, value, code] of REFUSED) {
  test(`refuses ${title} as a secret, without printing it`, () => {
    assert.throws(
      () => parseSecrets(value, "part()"),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.equal(error.code, code);
        const [first] = Array.isArray(value) ? (value as unknown[]) : [value];
        if (typeof first === "string") assert.ok(!error.message.includes(first));
        return true;
      },
    );
  });
}

test("takes what the message tells to generate, in every usual spelling", () => {
  for (const encoding of ["base64url", "base64", "hex"] as const)
    for (let round = 0; round < 200; round++) {
      const secret = randomBytes(32).toString(encoding);
      assert.deepEqual(parseSecrets([secret], "part()"), [secret]);
    }
});

test("derives another key for every purpose and every secret", () => {
  const keys = [...deriveKeys(["a", "b"], "csrf v1"), ...deriveKeys(["a", "b"], "device v1")];
  assert.equal(new Set(keys).size, 4);
  assert.deepEqual(deriveKeys(["a"], "csrf v1"), deriveKeys(["a"], "csrf v1"));
});
