import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { ROOT, readConfig } from "../src/config/config.ts";

const script: string = new URL("create-env.mjs", import.meta.url).href;
const loaded: unknown = await import(script);
assert.ok(hasCreateEnv(loaded));
const { createEnv } = loaded;

function hasCreateEnv(value: unknown): value is { createEnv: (options: { directory: string }) => boolean } {
  return (
    typeof value === "object" &&
    value !== null &&
    "createEnv" in value &&
    typeof value.createEnv === "function"
  );
}

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "skeleton-env-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

test("writes settings the application starts with, readable by the owner alone", () => {
  assert.equal(createEnv({ directory }), true);
  const file = join(directory, ".env");
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const [secret = ""] = readConfig(readFileSync(file, "utf8"), {}).secrets;
  assert.equal(Buffer.from(secret, "base64url").length, 32);
});

test("a generated file is a developer's: the reports are open on this machine, and without it they are not", () => {
  createEnv({ directory });
  const text = readFileSync(join(directory, ".env"), "utf8");
  assert.equal(readConfig(text, {}).insecureOpenReports, true);
  assert.match(text, /remove[^]*INSECURE_OPEN_REPORTS=true/i);
  assert.equal(readConfig(text.replace(/^INSECURE_OPEN_REPORTS.*$/m, ""), {}).insecureOpenReports, false);
});

test("writes another secret each time, and never over an existing file", () => {
  const other = join(directory, "other");
  mkdirSync(other);
  createEnv({ directory });
  createEnv({ directory: other });
  const before = readFileSync(join(directory, ".env"), "utf8");
  assert.notEqual(before, readFileSync(join(other, ".env"), "utf8"));
  assert.equal(createEnv({ directory }), false);
  assert.equal(readFileSync(join(directory, ".env"), "utf8"), before);
});

test("does not write through a symbolic link", () => {
  const target = join(directory, "target");
  writeFileSync(target, "mine");
  symlinkSync(target, join(directory, ".env"));
  assert.equal(createEnv({ directory }), false);
  assert.equal(readFileSync(target, "utf8"), "mine");
});

test("the example file names every setting and holds no usable secret", () => {
  const example = readFileSync(join(ROOT, ".env.example"), "utf8");
  assert.throws(() => readConfig(example, {}), /APP_SECRETS is not set/);
  const enabled = example.replaceAll(/^#(?=[A-Z_]+=)/gm, "").replace("APP_SECRETS=", "APP_SECRETS=weak");
  assert.throws(() => readConfig(enabled, {}), /^SettingsError: \[SETTING_INVALID\] APP_SECRETS/);
});
