import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../errors/config-error.ts";
import { SECRET } from "../../test/gate.ts";
import { parseCsrfOptions } from "./options.ts";

const REFUSED: readonly [title: string, input: unknown, secrets: unknown, code: string][] = [
  ["no secrets", {}, undefined, "SECRET_WEAK"],
  ["an empty list of secrets", {}, [], "SECRET_WEAK"],
  ["an environment variable that is not set", {}, [undefined], "OPTION_TYPE"],
  ["one secret that is no list", {}, SECRET, "OPTION_TYPE"],
  ["an empty secret", {}, [""], "SECRET_WEAK"],
  ["a short secret", {}, ["Zk3vQ8rT1mYw6xLb9nCd4hJf7pSg2aU"], "SECRET_WEAK"],
  ["a long secret of one letter", {}, ["a".repeat(64)], "SECRET_WEAK"],
  ["a long secret of nine letters", {}, ["abcdefghi".repeat(8)], "SECRET_WEAK"],
  [
    "the article's secret, lengthened",
    {},
    ["keyboard cat keyboard cat keyboard cat 123456789"],
    "SECRET_PLACEHOLDER",
  ],
  ["a tutorial's secret in capitals", {}, ["CHANGE_ME-0123456789-abcdefghijklmnop"], "SECRET_PLACEHOLDER"],
  ["a weak second secret", {}, [SECRET, "old"], "SECRET_WEAK"],
  ["another word for token", { token: "never" }, [SECRET], "OPTION_TYPE"],
  ["token: false", { token: false }, [SECRET], "OPTION_TYPE"],
  ["a text for insecureObserveOnly", { insecureObserveOnly: "true" }, [SECRET], "OPTION_TYPE"],
  [
    "a trusted origin with a path",
    { trustedOrigins: ["https://accounts.example/"] },
    [SECRET],
    "ORIGIN_INVALID",
  ],
  ["a wildcard as trusted origin", { trustedOrigins: ["https://*.example"] }, [SECRET], "ORIGIN_INVALID"],
  ["the opaque origin as trusted origin", { trustedOrigins: ["null"] }, [SECRET], "ORIGIN_INVALID"],
  [
    "a trusted origin that is no list",
    { trustedOrigins: "https://accounts.example" },
    [SECRET],
    "OPTION_TYPE",
  ],
  ["csurf's cookie option", { cookie: true }, [SECRET], "OPTION_UNKNOWN"],
  ["a list of ignored methods", { ignoreMethods: ["POST"] }, [SECRET], "OPTION_UNKNOWN"],
];

for (const [title, input, secrets, code] of REFUSED) {
  test(`refuses ${title}, and never prints the secret`, () => {
    assert.throws(
      () => parseCsrfOptions(input, { secrets, insecureHttpCookies: false }),
      (error: unknown) =>
        error instanceof ConfigError &&
        error.code === code &&
        !error.message.includes("keyboard cat keyboard"),
    );
  });
}

test("takes the strict defaults", () => {
  const policy = parseCsrfOptions(undefined, { secrets: [SECRET], insecureHttpCookies: false });
  assert.deepEqual(
    [policy.always, policy.observeOnly, policy.cookieName, policy.secure],
    [false, false, "__Host-csrf", true],
  );
});

test("derives one key a secret, in order, and never the secret itself", () => {
  const policy = parseCsrfOptions(undefined, { secrets: [SECRET, `${SECRET}2`], insecureHttpCookies: false });
  assert.equal(policy.keys.length, 2);
  assert.equal(policy.currentKey, policy.keys[0]);
  assert.ok(policy.keys.every((key) => /^[0-9a-f]{64}$/.test(key)));
});
