import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { test, type TestContext } from "node:test";
import { IS_ROOT, NEEDS_ROOT } from "../privileges/root.ts";
import { freePort } from "../support/free-port.ts";
import { fileOf, type RunOptions, type RunResult } from "../support/run-child.ts";
import { scratchFolder } from "../support/scratch.ts";
import { assertRefusal, FROM_SOURCES_LIMIT_MS, startFile } from "./refused-start.ts";

const UNPRIVILEGED = IS_ROOT ? ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : [];

async function startSkeleton(
  t: TestContext,
  env: NodeJS.ProcessEnv,
  run: RunOptions = {},
): Promise<RunResult> {
  const defaults = {
    PORT: String(await freePort()),
    HOST: "127.0.0.1",
    DATA_DIR: scratchFolder(t),
    APP_SECRETS: randomBytes(32).toString("base64url"),
    INSECURE_SERVE_AS_ROOT: String(IS_ROOT),
  };
  const file = fileOf("../../skeleton/src/main.ts", import.meta.url);
  // Settings of its own: skeleton/.env, which `npm start` leaves behind, would fill in what a row leaves out.
  const settingsFolder = scratchFolder(t);
  // Otherwise nobody's program is refused for a file that it may not read, whatever the row is about.
  chmodSync(settingsFolder, 0o755);
  const settingsFile = join(settingsFolder, "empty.env");
  writeFileSync(settingsFile, "");
  chmodSync(settingsFile, 0o644);
  const whole = { ...run, args: [settingsFile], env: { ...defaults, ...env } };
  return startFile(file, whole, FROM_SOURCES_LIMIT_MS);
}

/** An operator reads the message, at the start of what is told; a stack says nothing more. */
function assertRefused(result: RunResult, code?: string | readonly string[]): void {
  assertRefusal(result, code, FROM_SOURCES_LIMIT_MS);
  assert.equal(result.code, 1, result.stderr);
  assert.match(result.stderr, /^\[[A-Z_]+\] /);
  assert.doesNotMatch(result.stderr, /\n {4}at /);
}

const settings: readonly [name: string, env: NodeJS.ProcessEnv, code?: string][] = [
  ["a port that is no number", { PORT: "three thousand" }, "SETTING_INVALID"],
  ["a port beyond the last", { PORT: "65536" }, "SETTING_INVALID"],
  ["a host with a scheme", { HOST: "http://127.0.0.1" }, "SETTING_INVALID"],
  ["an origin with a path", { ORIGIN: "https://app.example/app" }, "SETTING_INVALID"],
  ["a wildcard origin", { ORIGIN: "https://*.example.com" }, "SETTING_INVALID"],
  ["a plain http origin on the network", { ORIGIN: "http://app.example" }, "ORIGIN_INSECURE"],
  ["trust in every proxy", { PROXY: "true" }, "SETTING_INVALID"],
  ["the secret of the Express tutorials", { APP_SECRETS: "keyboard cat" }, "SETTING_INVALID"],
  ["the secret of the article", { APP_SECRETS: "notagoodsecretnoreallydontusethisone" }, "SETTING_INVALID"],
  ["an empty second secret", { APP_SECRETS: `${randomBytes(32).toString("base64url")},` }, "SETTING_INVALID"],
  ["a certificate without a key", { TLS_CERT: "/etc/ssl/cert.pem" }, "SETTING_MISSING"],
  [
    "a certificate that is not there",
    { TLS_CERT: "/nowhere/cert.pem", TLS_KEY: "/nowhere/key.pem" },
    "CERTIFICATE_INVALID",
  ],
  ["root as the user to drop to", { RUN_AS_USER: "root", RUN_AS_GROUP: "root" }, "SETTING_INVALID"],
  ["a group without a user", { RUN_AS_GROUP: "nogroup" }, "SETTING_MISSING"],
  ["insecure cookies, perhaps", { INSECURE_HTTP_COOKIES: "yes" }, "SETTING_INVALID"],
];

for (const [name, env, code] of settings) {
  test(`refuses to start the skeleton with ${name}`, async (t) => {
    assertRefused(await startSkeleton(t, env), code);
  });
}

test("refuses to start the skeleton on a port that is taken", async (t) => {
  const owner = createServer().listen(0, "127.0.0.1");
  await once(owner, "listening");
  t.after(() => owner.close());
  const address = owner.address();
  const port = typeof address === "object" ? address?.port : undefined;
  assertRefused(await startSkeleton(t, { PORT: String(port) }), "PORT_IN_USE");
});

/** Prepares a folder of data nobody can work with; returns its path. */
type Prepare = (folder: string) => string;

const folders: readonly [name: string, prepare: Prepare, code?: string][] = [
  ["a file where its folder should be", (folder) => write(folder, "data"), "DATA_UNUSABLE"],
  ["a folder it may not write to", (folder) => readOnly(folder), "DATA_UNUSABLE"],
  ["databases that are none", (folder) => overwritten(folder), "DATA_UNUSABLE"],
];

for (const [name, prepare, code] of folders) {
  test(`refuses to start the skeleton with ${name}`, async (t) => {
    const folder = scratchFolder(t);
    chmodSync(folder, 0o777);
    assertRefused(await startSkeleton(t, { DATA_DIR: prepare(folder) }, { wrapper: UNPRIVILEGED }), code);
  });
}

function write(folder: string, name: string): string {
  const file = join(folder, name);
  writeFileSync(file, "hello ".repeat(1000), { mode: 0o666 });
  chmodSync(file, 0o666);
  return file;
}

function readOnly(folder: string): string {
  const inner = join(folder, "inner");
  mkdirSync(inner);
  chmodSync(inner, 0o555);
  return inner;
}

/** Whatever the databases are called, these names are theirs. */
function overwritten(folder: string): string {
  for (const name of ["app", "notes", "data", "skeleton", "database", "sessions"]) {
    write(folder, `${name}.sqlite`);
    write(folder, `${name}.db`);
  }
  return folder;
}

test("refuses to start the skeleton as root without being told to", { skip: NEEDS_ROOT }, async (t) => {
  assertRefused(await startSkeleton(t, { INSECURE_SERVE_AS_ROOT: "false" }), "RUNNING_AS_ROOT");
});
