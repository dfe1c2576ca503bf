import assert from "node:assert/strict";
import { test } from "node:test";
import { type Config, readConfig } from "./config.ts";
import { SettingsError } from "./problem.ts";

const SECRET = "q5Zr0m2Xc8vYH1tKfLw7BnJ3dPsEuGiA9oRyTxMzQk4";
const MINIMAL = `APP_SECRETS=${SECRET}\n`;

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
  ["an unknown log level", { LOG_LEVEL: "verbose" }, "SETTING_INVALID"],
  ["a certificate without a key", { TLS_CERT: "/cert.pem" }, "SETTING_MISSING"],
  ["a key without a certificate", { TLS_KEY: "/key.pem" }, "SETTING_MISSING"],
  ["a group without a user", { RUN_AS_GROUP: "www-data" }, "SETTING_MISSING"],
  ["root as the user to become", { RUN_AS_USER: "root", RUN_AS_GROUP: "www-data" }, "SETTING_INVALID"],
  ["root's number as the user to become", { RUN_AS_USER: "0", RUN_AS_GROUP: "www-data" }, "SETTING_INVALID"],
  ["an option in place of a user", { RUN_AS_USER: "-u", RUN_AS_GROUP: "www-data" }, "SETTING_INVALID"],
  ["1 for true", { INSECURE_SERVE_AS_ROOT: "1" }, "SETTING_INVALID"],
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

test("never shows a secret", () => {
  const weak = "hunter2hunter2hunter2";
  assert.ok(!refusal("", { APP_SECRETS: weak }).message.includes("hunter2"));
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
  assert.equal(config.host, "127.0.0.1");
  assert.equal(config.proxy, "none");
  assert.deepEqual(config.origins, ["http://localhost:3000"]);
  assert.match(config.dataDirectory, /\/data$/);
  assert.equal(config.tls, undefined);
  assert.equal(config.runAs, undefined);
  assert.equal(config.insecureHttpCookies, false);
  assert.equal(config.insecureServeAsRoot, false);
});

test("lets the environment win over the file", () => {
  assert.equal(readConfig(`${MINIMAL}PORT=4000\n`, { PORT: "5000" }).port, 5000);
  assert.equal(readConfig(`${MINIMAL}PORT=4000\n`, { PORT: "" }).port, 4000);
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

function refusal(envFile: string, environment: Record<string, string>): SettingsError {
  try {
    readConfig(envFile, environment);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error("the settings were accepted");
}
