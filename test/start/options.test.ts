import assert from "node:assert/strict";
import { test } from "node:test";
import type { Configuration } from "../apps/configured.ts";
import { scratchFolder } from "../support/scratch.ts";
import { assertStartRefused } from "./refused-start.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

type Row = readonly [name: string, configuration: Configuration, code: string | readonly string[]];

const STRONG = "4b1f7a90c2d6e8835d0a9f1b6c7e24d8a3f5";
const WEAK = ["SECRET_WEAK", "SECRET_PLACEHOLDER"];

const secrets: readonly Row[] = [
  ["the secret of the Express tutorials", { options: { secrets: ["keyboard cat"] } }, WEAK],
  [
    "the secret of the article",
    { options: { secrets: ["notagoodsecretnoreallydontusethisone"] } },
    "SECRET_PLACEHOLDER",
  ],
  ["a secret that says to change it", { options: { secrets: ["changemechangemechangemechangeme"] } }, WEAK],
  ["a secret of one letter", { options: { secrets: ["a".repeat(40)] } }, "SECRET_WEAK"],
  ["a secret of 31 bytes", { options: { secrets: [STRONG.slice(0, 31)] } }, "SECRET_WEAK"],
  ["a weak secret behind a strong one", { options: { secrets: [STRONG, "keyboard cat"] } }, WEAK],
  ["an empty list of secrets", { options: { secrets: [] } }, ["SECRET_WEAK", "OPTION_TYPE"]],
  [
    "a secret from a variable that is not set",
    { options: { secrets: [null] } },
    ["SECRET_WEAK", "OPTION_TYPE"],
  ],
  ["no secrets", { options: { secrets: null } }, ["SECRET_WEAK", "OPTION_TYPE"]],
];

const origins: readonly Row[] = [
  ["no origins", { options: { origins: null } }, "ORIGINS_MISSING"],
  ["an empty list of origins", { options: { origins: [] } }, "ORIGINS_MISSING"],
  [
    "an origin that is no list",
    { options: { origins: "https://app.example" } },
    ["ORIGINS_MISSING", "OPTION_TYPE"],
  ],
  ["an origin with a path", { options: { origins: ["https://app.example/app"] } }, "ORIGIN_INVALID"],
  ["an origin with a slash", { options: { origins: ["https://app.example/"] } }, "ORIGIN_INVALID"],
  ["an origin with a wildcard", { options: { origins: ["https://*.app.example"] } }, "ORIGIN_INVALID"],
  ["an origin with user information", { options: { origins: ["https://a@app.example"] } }, "ORIGIN_INVALID"],
  ["an origin without a scheme", { options: { origins: ["app.example"] } }, "ORIGIN_INVALID"],
  ["an origin of another scheme", { options: { origins: ["ftp://app.example"] } }, "ORIGIN_INVALID"],
  ["a plain http origin on the network", { options: { origins: ["http://app.example"] } }, "ORIGIN_INSECURE"],
];

const others: readonly Row[] = [
  ["a misspelt option", { options: { orgins: [] } }, "OPTION_UNKNOWN"],
  ["a misspelt option inside another", { session: { idelSeconds: 5 } }, "OPTION_UNKNOWN"],
  ["an option that would reach the prototype", { options: { constructor: {} } }, "OPTION_UNKNOWN"],
  ["trust in every proxy", { options: { proxy: true } }, "PROXY_INVALID"],
  ["a proxy at no distance", { options: { proxy: { hops: 0 } } }, ["PROXY_INVALID", "OPTION_RANGE"]],
  [
    "a proxy network wider than an address",
    { options: { proxy: { cidr: ["10.0.0.0/33"] } } },
    "PROXY_INVALID",
  ],
  ["a negative lifetime", { session: { idleSeconds: -5 } }, "OPTION_RANGE"],
  ["an endless lifetime", { session: { absoluteSeconds: "Infinity" } }, "OPTION_RANGE"],
  ["a lifetime as text", { session: { idleSeconds: "1800" } }, ["OPTION_RANGE", "OPTION_TYPE"]],
  ["a store without methods", { session: { store: {} } }, "SESSION_STORE_INVALID"],
  ["a session without a store", { options: { session: {} } }, "SESSION_STORE_INVALID"],
  ["a cookie name without its prefix", { session: { cookieName: "sid" } }, "SESSION_COOKIE_INVALID"],
  ["a body limit as text", { options: { body: { limitBytes: "10mb" } } }, ["OPTION_RANGE", "OPTION_TYPE"]],
  ["an endless body", { options: { body: { limitBytes: "Infinity" } } }, "OPTION_RANGE"],
  ["a token that is never asked for", { options: { csrf: { token: "never" } } }, "OPTION_TYPE"],
  [
    "a policy that lets inline scripts run",
    { options: { headers: { csp: { add: { "script-src": ["'unsafe-inline'"] } } } } },
    "CSP_INVALID",
  ],
  [
    "helmet's policy beside the own one",
    { options: { headers: { helmet: { contentSecurityPolicy: false } } } },
    "HEADERS_CONFLICT",
  ],
  [
    "a folder of static files that is not there",
    { options: { static: { directory: "/nowhere/at/all" } } },
    "STATIC_INVALID",
  ],
  ["options that are no object", { options: { session: [] } }, ["OPTIONS_INVALID", "OPTION_TYPE"]],
];

const apps: readonly Row[] = [
  ["a route in front of the protections", { setup: "route-before" }, "APP_HAS_ROUTES"],
  ["a middleware in front of the protections", { setup: "middleware-before" }, "APP_HAS_ROUTES"],
  ["an app protected twice", { setup: "twice" }, ["APP_PROTECTED_TWICE", "APP_HAS_ROUTES"]],
  ["a router instead of an app", { setup: "router-instead-of-app" }, "APP_INVALID"],
];

for (const [name, configuration, code] of [...secrets, ...origins, ...others, ...apps]) {
  test(`refuses to start with ${name}`, async () => {
    await assertStartRefused(configuration, code);
  });
}

test("refuses to start when the folder of static files holds secrets", async (t) => {
  const directory = scratchFolder(t);
  writeFileSync(join(directory, ".env"), "A=b");
  await assertStartRefused({ options: { static: { directory } } }, "STATIC_INVALID");
});

test("names the known option next to a misspelt one", async () => {
  const { stderr } = await assertStartRefused({ options: { orgins: [] } }, "OPTION_UNKNOWN");
  assert.match(stderr, /"origins"/);
});

test("never prints a secret it refuses", async () => {
  const { stderr } = await assertStartRefused(
    { options: { secrets: ["Tr0ub4dor&3-and-more"] } },
    "SECRET_WEAK",
  );
  assert.doesNotMatch(stderr, /Tr0ub4dor/);
});
