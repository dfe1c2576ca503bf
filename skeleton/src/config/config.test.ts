import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenOptions } from "hauberk";
import { type Config, readConfig } from "./config.ts";
import { listenOptionsOf } from "./listen-options.ts";
import { SettingsError } from "./problem.ts";

const SECRET = "q5Zr0m2Xc8vYH1tKfLw7BnJ3dPsEuGiA9oRyTxMzQk4";
const OLDER_SECRET = "Zk3vQ8rT1mYw6xLb9nCd4hJf7pSg2aUeVtRoMiXqWzE";
const MINIMAL = `APP_SECRETS=${SECRET}\n`;

const SOCKET = { SOCKET_PATH: "/run/app/http.sock", ORIGIN: "https://app.example" };
const TLS = { TLS_CERT: "/c", TLS_KEY: "/k" };

const REFUSED: readonly [name: string, env: Record<string, string>, code: string][] = [
  ["port zero", { PORT: "0" }, "SETTING_INVALID"],
  ["a port too high", { PORT: "65536" }, "SETTING_INVALID"],
  ["a port in hexadecimal", { PORT: "0x1f90" }, "SETTING_INVALID"],
  ["a port with a sign", { PORT: "+80" }, "SETTING_INVALID"],
  ["a port with spaces", { PORT: " 80" }, "SETTING_INVALID"],
  ["a port with a fraction", { PORT: "80.5" }, "SETTING_INVALID"],
  ["a host with a scheme", { HOST: "http://localhost" }, "SETTING_INVALID"],
  ["a host with a port", { HOST: "localhost:3000" }, "SETTING_INVALID"],
  ["a host with a line feed", { HOST: "localhost\nx" }, "SETTING_INVALID"],
  ["an origin with a slash", { ORIGIN: "https://app.example/" }, "SETTING_INVALID"],
  ["an origin with a path", { ORIGIN: "https://app.example/app" }, "SETTING_INVALID"],
  ["an origin with a wildcard", { ORIGIN: "https://*.app.example" }, "SETTING_INVALID"],
  ["an origin without a scheme", { ORIGIN: "app.example" }, "SETTING_INVALID"],
  ["an origin with a password", { ORIGIN: "https://a:b@app.example" }, "SETTING_INVALID"],
  ["an origin in capitals", { ORIGIN: "https://APP.example" }, "SETTING_INVALID"],
  ["the null origin", { ORIGIN: "null" }, "SETTING_INVALID"],
  ["a javascript: origin", { ORIGIN: "javascript:alert(1)" }, "SETTING_INVALID"],
  ["an empty second origin", { ORIGIN: "https://app.example," }, "SETTING_INVALID"],
  ["Express's `trust proxy: true`", { PROXY: "true" }, "SETTING_INVALID"],
  ["zero hops", { PROXY: "hops:0" }, "SETTING_INVALID"],
  ["hops without a number", { PROXY: "hops:" }, "SETTING_INVALID"],
  ["an empty network", { PROXY: "cidr:" }, "SETTING_INVALID"],
  ["a short secret", { APP_SECRETS: "c2hvcnQ" }, "SETTING_INVALID"],
  ["the article's secret", { APP_SECRETS: "notagoodsecretnoreallydontusethisone" }, "SETTING_INVALID"],
  ["keyboard cat", { APP_SECRETS: "keyboard cat" }, "SETTING_INVALID"],
  ["a long but regular secret", { APP_SECRETS: "A".repeat(64) }, "SETTING_INVALID"],
  ["a second secret that is weak", { APP_SECRETS: `${SECRET},weak` }, "SETTING_INVALID"],
  ["a key ring with a weak key", { APP_SECRETS: `2:${SECRET},1:weak` }, "SETTING_INVALID"],
  ["two keys of one version", { APP_SECRETS: `1:${SECRET},1:${OLDER_SECRET}` }, "SETTING_INVALID"],
  ["a key of no version", { APP_SECRETS: `new:${SECRET}` }, "SETTING_INVALID"],
  ["an unknown log level", { LOG_LEVEL: "verbose" }, "SETTING_INVALID"],
  ["a certificate without a key", { TLS_CERT: "/cert.pem" }, "SETTING_MISSING"],
  ["a key without a certificate", { TLS_KEY: "/key.pem" }, "SETTING_MISSING"],
  ["a group without a user", { RUN_AS_GROUP: "www-data" }, "SETTING_MISSING"],
  ["root as the user to become", { RUN_AS_USER: "root", RUN_AS_GROUP: "www-data" }, "SETTING_INVALID"],
  ["root's number as the user to become", { RUN_AS_USER: "0", RUN_AS_GROUP: "www-data" }, "SETTING_INVALID"],
  ["an option in place of a user", { RUN_AS_USER: "-u", RUN_AS_GROUP: "www-data" }, "SETTING_INVALID"],
  ["a step of HSTS that is not one", { HSTS: "forever" }, "SETTING_INVALID"],
  ["1 for true", { INSECURE_SERVE_AS_ROOT: "1" }, "SETTING_INVALID"],
  ["a socket that everybody may connect to", { ...SOCKET, SOCKET_MODE: "666" }, "SETTING_INVALID"],
  ["a mode of a socket in decimal", { ...SOCKET, SOCKET_MODE: "432x" }, "SETTING_INVALID"],
  ["a mode without a socket", { SOCKET_MODE: "660" }, "SETTING_MISSING"],
  ["a socket without an origin", { SOCKET_PATH: "/run/app/http.sock" }, "SETTING_MISSING"],
  ["a socket and a port", { ...SOCKET, PORT: "3000" }, "SETTING_INVALID"],
  ["a socket of its own and one of systemd's", { ...SOCKET, SOCKET_ACTIVATION: "true" }, "SETTING_INVALID"],
  ["a second socket of systemd's without a first", { ...TLS, HTTP_PORT: "activated" }, "SETTING_INVALID"],
  ["a redirect to https that nobody serves", { HTTP_PORT: "80" }, "SETTING_MISSING"],
  ["challenges without plain http", { ...TLS, ACME_DIR: "/var/www/acme" }, "SETTING_MISSING"],
  ["no workers", { WORKERS: "0" }, "SETTING_INVALID"],
  ["a thousand workers", { WORKERS: "1000" }, "SETTING_INVALID"],
  ["half a worker", { WORKERS: "0.5" }, "SETTING_INVALID"],
  ["a shutdown that never ends", { SHUTDOWN_DELAY_SECONDS: "301" }, "SETTING_INVALID"],
  ["a shutdown in another unit", { SHUTDOWN_DELAY_SECONDS: "5s" }, "SETTING_INVALID"],
  ["no free disk space at all", { MIN_FREE_DISK_MB: "0" }, "SETTING_INVALID"],
  ["metrics on a port of root's", { METRICS_PORT: "443" }, "SETTING_INVALID"],
  ["metrics for every interface", { METRICS_PORT: "9464", METRICS_HOST: "0.0.0.0" }, "SETTING_INVALID"],
  ["metrics for the network", { METRICS_PORT: "9464", METRICS_HOST: "10.0.0.5" }, "SETTING_INVALID"],
  [
    "metrics at a name that only begins well",
    { METRICS_PORT: "9464", METRICS_HOST: "127.0.0.1.example" },
    "SETTING_INVALID",
  ],
  ["an address for metrics without a port", { METRICS_HOST: "127.0.0.1" }, "SETTING_MISSING"],
  ["a database of another kind", { DATABASE_URL: "mysql://localhost/app" }, "SETTING_INVALID"],
  ["a database that is no URL", { DATABASE_URL: "localhost:5432" }, "SETTING_INVALID"],
  [
    "a password with a # that would be cut off",
    { DATABASE_URL: "postgres://a:b#c@localhost/app" },
    "SETTING_INVALID",
  ],
  [
    "a database across the network in clear",
    { DATABASE_URL: "postgres://db.internal/app" },
    "SETTING_INVALID",
  ],
  [
    "TLS that proves nothing",
    { DATABASE_URL: "postgres://db.internal/app?sslmode=require" },
    "SETTING_INVALID",
  ],
  [
    "TLS that is taken back",
    { DATABASE_URL: "postgres://db.internal/app?sslmode=verify-full&sslmode=disable" },
    "SETTING_INVALID",
  ],
  [
    "another host behind this machine's name",
    { DATABASE_URL: "postgres://localhost/app?host=db.internal" },
    "SETTING_INVALID",
  ],
  ["Redis across the network in clear", { REDIS_URL: "redis://redis.internal:6379" }, "SETTING_INVALID"],
  ["Redis over http", { REDIS_URL: "http://localhost:6379" }, "SETTING_INVALID"],
  ["yes for true", { INSECURE_HTTP_COOKIES: "yes" }, "SETTING_INVALID"],
];

for (const [name, environment, code] of REFUSED) {
  test(`refuses ${name}, and says why and how to fix it`, () => {
    const error = refusal(MINIMAL, environment);
    assert.deepEqual(
      error.problems.map((problem) => problem.code),
      [code],
    );
    assert.match(error.message, /^\[[A-Z_]+\] .+\n {2}Why: .+\n {2}Fix: .+$/);
    assert.doesNotMatch(error.message, /undefined/);
  });
}

test("refuses to start without a secret", () => {
  assert.match(refusal("", {}).message, /^\[SETTING_MISSING\] APP_SECRETS is not set/);
  assert.match(refusal("APP_SECRETS=\n", {}).message, /^\[SETTING_MISSING\]/);
});

test("reads a key ring, the newest key first", () => {
  const { secrets } = readConfig("", { APP_SECRETS: `1:${OLDER_SECRET},2:${SECRET}` });
  assert.deepEqual(secrets, [SECRET, OLDER_SECRET]);
});

test("never shows a secret", () => {
  const weak = "hunter2hunter2hunter2";
  assert.ok(!refusal("", { APP_SECRETS: weak }).message.includes("hunter2"));
});

test("never shows the password of a store", () => {
  const urls = { DATABASE_URL: "postgres://app:hunter2@db.internal/app", REDIS_URL: "hunter2" };
  assert.ok(!refusal(MINIMAL, urls).message.includes("hunter2"));
});

const STORES: readonly [name: string, settings: Record<string, string>][] = [
  ["PostgreSQL on this machine", { DATABASE_URL: "postgres://app:secret@127.0.0.1:5432/app" }],
  ["PostgreSQL through a socket", { DATABASE_URL: "postgresql://app@localhost/app?host=/run/postgresql" }],
  ["PostgreSQL with TLS", { DATABASE_URL: "postgres://db.internal/app?sslmode=verify-full" }],
  ["Redis on this machine", { REDIS_URL: "redis://:secret@localhost:6379" }],
  ["Redis with TLS", { REDIS_URL: "rediss://app:secret@redis.internal" }],
  [
    "both on a network declared safe",
    { DATABASE_URL: "postgres://db/app", REDIS_URL: "redis://redis", INSECURE_STORE_TRANSPORT: "true" },
  ],
];

for (const [name, settings] of STORES) {
  test(`takes ${name}`, () => {
    const { databaseUrl, redisUrl } = readConfig(MINIMAL, settings);
    assert.deepEqual([databaseUrl, redisUrl], [settings["DATABASE_URL"], settings["REDIS_URL"]]);
  });
}

test("tells the server where and how to listen", () => {
  const rest = { shutdownDelayMs: 0, insecureServeAsRoot: false };
  assert.deepEqual(options({}), { ...rest, port: 3000, host: "127.0.0.1" });
  assert.deepEqual(options({ ...SOCKET, SOCKET_MODE: "0600" }), {
    ...rest,
    socketPath: "/run/app/http.sock",
    socketMode: 0o600,
  });
  assert.deepEqual(options({ ...TLS, SOCKET_ACTIVATION: "true", HTTP_PORT: "activated", WORKERS: "4" }), {
    ...rest,
    socketActivation: true,
    tls: { certFile: "/c", keyFile: "/k" },
    plainHttp: {},
    workers: 4,
  });
  assert.deepEqual(
    options({
      ...TLS,
      PORT: "443",
      HOST: "::",
      HTTP_PORT: "80",
      ACME_DIR: "/a",
      RUN_AS_USER: "www-data",
      SHUTDOWN_DELAY_SECONDS: "5",
    }),
    {
      ...rest,
      port: 443,
      host: "::",
      tls: { certFile: "/c", keyFile: "/k" },
      plainHttp: { port: 80, host: "::", acmeFolder: "/a" },
      user: "www-data",
      shutdownDelayMs: 5000,
    },
  );
});

test("serves as root only when told so and nobody else is named", () => {
  const asRoot = { INSECURE_SERVE_AS_ROOT: "true" };
  assert.deepEqual(
    [asRoot, { ...asRoot, RUN_AS_USER: "nobody" }].map((each) => options(each).insecureServeAsRoot),
    [true, false],
  );
});

test("names the setting a mistyped one resembles", () => {
  assert.match(refusal(`${MINIMAL}PROT=80\n`, {}).message, /"PROT".*\n.*\n {2}Fix: did you mean PORT\?/);
  assert.match(refusal(`${MINIMAL}TRUST_EVERYONE=1\n`, {}).message, /Fix: remove it/);
});

test("reports everything that is wrong at once", () => {
  assert.equal(refusal("PROT=1\n", { PORT: "x", PROXY: "true" }).problems.length, 4);
});

test("shows a hostile value on one line and cut short", () => {
  const { message } = refusal(MINIMAL, { HOST: `a\u001b[31m\n[FAKE]${"x".repeat(500)}` });
  assert.equal(message.split("\n").length, 3);
  assert.ok(message.length < 400);
});

test("takes safe defaults for everything but the secret", () => {
  const config: Config = readConfig(MINIMAL, {});
  assert.deepEqual(config.place, { port: 3000, host: "127.0.0.1" });
  assert.equal(config.workers, undefined);
  assert.equal(config.metrics, undefined);
  assert.equal(config.databaseUrl, undefined);
  assert.equal(config.redisUrl, undefined);
  assert.equal(config.proxy, "none");
  assert.deepEqual(config.origins, ["http://localhost:3000"]);
  assert.match(config.dataDirectory, /\/data$/);
  assert.equal(config.tls, undefined);
  assert.equal(config.runAs, undefined);
  assert.equal(config.insecureHttpCookies, false);
  assert.equal(config.insecureServeAsRoot, false);
});

test("lets the environment win over the file", () => {
  assert.deepEqual(readConfig(`${MINIMAL}PORT=4000\n`, { PORT: "5000" }).place, {
    port: 5000,
    host: "127.0.0.1",
  });
  assert.deepEqual(readConfig(`${MINIMAL}PORT=4000\n`, { PORT: "" }).place, {
    port: 4000,
    host: "127.0.0.1",
  });
});

test("reads every setting", () => {
  const config = readConfig(
    `${MINIMAL}ORIGIN=https://a.example,https://b.example:8443\nDATA_DIR=/srv/app\nPROXY=cidr:10.0.0.0/8,fd00::/8\nHOST=::1\n`,
    { TLS_CERT: "/c", TLS_KEY: "/k", RUN_AS_USER: "www-data", RUN_AS_GROUP: "33" },
  );
  assert.deepEqual(config.origins, ["https://a.example", "https://b.example:8443"]);
  assert.deepEqual(config.proxy, { cidr: ["10.0.0.0/8", "fd00::/8"] });
  assert.equal(config.dataDirectory, "/srv/app");
  assert.deepEqual(config.tls, { certFile: "/c", keyFile: "/k" });
  assert.deepEqual(config.runAs, { user: "www-data", group: "33" });
  assert.deepEqual(readConfig(MINIMAL, { PROXY: "hops:2" }).proxy, { hops: 2 });
});

function options(settings: Record<string, string>): ListenOptions {
  return listenOptionsOf(readConfig(MINIMAL, settings));
}

function refusal(envFile: string, environment: Record<string, string>): SettingsError {
  try {
    readConfig(envFile, environment);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error("the settings were accepted");
}
