import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "./memory.ts";
import { parseSessionOptions } from "./options.ts";
import { STORE_METHODS } from "./store.ts";

const store = memoryStore();

test("has defaults that are safe", () => {
  assert.deepEqual(parseSessionOptions({ store }), {
    store,
    idleMs: 1_800_000,
    absoluteMs: 43_200_000,
    cookieName: "__Host-sid",
    secure: true,
    storeTimeoutMs: 500,
    limitBytes: 65_536,
    touchIntervalMs: 60_000,
    whenStoreFails: "refuse",
    maxPerUser: 100,
    endOldest: true,
    schema: undefined,
  });
});

test("never lets a session idle longer than it may live", () => {
  assert.equal(parseSessionOptions({ store, idleSeconds: 7200, absoluteSeconds: 60 }).idleMs, 60_000);
});

test("names the cookie sid when it goes over http", () => {
  const { cookieName, secure } = parseSessionOptions({ store, insecureHttpCookies: true });
  assert.deepEqual([cookieName, secure], ["sid", false]);
});

const refused: readonly [string, unknown, string][] = [
  ["options that are a function", () => undefined, "OPTIONS_INVALID"],
  ["options that are a list", [], "OPTIONS_INVALID"],
  ["a misspelt option", { store, idleSecond: 5 }, "OPTION_UNKNOWN"],
  ["express-session's secret", { store, secret: "keyboard cat" }, "OPTION_UNKNOWN"],
  ["no store", {}, "SESSION_STORE_INVALID"],
  ["a store of null", { store: null }, "SESSION_STORE_INVALID"],
  ["a store that is a name", { store: "memory" }, "SESSION_STORE_INVALID"],
  [
    "an express-session store without the adapter",
    { store: { get() {}, set() {}, destroy() {}, touch() {} } },
    "SESSION_STORE_INVALID",
  ],
  ["an idle time of zero", { store, idleSeconds: 0 }, "OPTION_RANGE"],
  ["an idle time that is not a number", { store, idleSeconds: Number.NaN }, "OPTION_RANGE"],
  ["an idle time as text", { store, idleSeconds: "60" }, "OPTION_RANGE"],
  ["an absolute time without an end", { store, absoluteSeconds: Number.POSITIVE_INFINITY }, "OPTION_RANGE"],
  ["an absolute time of two years", { store, absoluteSeconds: 63_072_000 }, "OPTION_RANGE"],
  ["a store deadline of zero", { store, storeTimeoutMs: 0 }, "OPTION_RANGE"],
  ["a store deadline of an hour", { store, storeTimeoutMs: 3_600_000 }, "OPTION_RANGE"],
  ["a data limit of 1 GB", { store, limitBytes: 1e9 }, "OPTION_RANGE"],
  ["a touch interval of a fraction", { store, touchIntervalSeconds: 0.5 }, "OPTION_RANGE"],
  ["no session per user", { store, maxPerUser: 0 }, "OPTION_RANGE"],
  ["an outage policy that does not exist", { store, whenStoreFails: "open" }, "OPTION_TYPE"],
  ["an answer to too many logins that does not exist", { store, whenUserIsFull: "ignore" }, "OPTION_TYPE"],
  ["a schema that is a function", { store, schema: () => true }, "OPTION_TYPE"],
  ["a schema of null", { store, schema: null }, "OPTION_TYPE"],
  ["a switch as text", { store, insecureHttpCookies: "false" }, "OPTION_TYPE"],
  ["a cookie name that is a number", { store, cookieName: 1 }, "OPTION_TYPE"],
  ["a cookie without __Host-", { store, cookieName: "sid" }, "SESSION_COOKIE_INVALID"],
  ["a cookie with __Secure-", { store, cookieName: "__Secure-sid" }, "SESSION_COOKIE_INVALID"],
  ["a cookie with __host- in lower case", { store, cookieName: "__host-sid" }, "SESSION_COOKIE_INVALID"],
  [
    "__Host- over http",
    { store, cookieName: "__Host-sid", insecureHttpCookies: true },
    "SESSION_COOKIE_INVALID",
  ],
  [
    "__SECURE- over http",
    { store, cookieName: "__SECURE-sid", insecureHttpCookies: true },
    "SESSION_COOKIE_INVALID",
  ],
  ["a cookie name with a separator", { store, cookieName: "__Host-a;b" }, "SESSION_COOKIE_INVALID"],
  [
    "a cookie name with a line end",
    { store, cookieName: "__Host-a\r\nSet-Cookie: b" },
    "SESSION_COOKIE_INVALID",
  ],
  [
    "a cookie name of 65 characters",
    { store, cookieName: `__Host-${"a".repeat(58)}` },
    "SESSION_COOKIE_INVALID",
  ],
];
for (const [name, options, code] of refused) {
  test(`refuses ${name}`, () => assert.throws(() => parseSessionOptions(options), { code }));
}

for (const method of STORE_METHODS) {
  test(`names ${method} when a store lacks it`, () => {
    const lacking = Object.fromEntries(
      STORE_METHODS.filter((each) => each !== method).map((each) => [each, () => undefined]),
    );
    assert.throws(() => parseSessionOptions({ store: lacking }), {
      code: "SESSION_STORE_INVALID",
      message: new RegExp(`lacks ${method}\\.`),
    });
  });
}
