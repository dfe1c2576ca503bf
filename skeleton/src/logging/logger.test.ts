import assert from "node:assert/strict";
import { test } from "node:test";
import { pathOf } from "./access-log.ts";
import { createLogger } from "./logger.ts";

const SECRET = "s3cr3t-value";

const LEAKS: readonly [name: string, entry: object][] = [
  ["a cookie header", { cookie: SECRET }],
  ["a cookie among headers", { req: { headers: { cookie: SECRET } } }],
  ["a cookie being set", { res: { headers: { "set-cookie": SECRET } } }],
  ["an authorization header", { headers: { authorization: SECRET } }],
  ["a CSRF token header", { headers: { "x-csrf-token": SECRET } }],
  ["a password", { password: SECRET }],
  ["a form with passwords", { body: { currentPassword: SECRET, newPassword: SECRET, _csrf: SECRET } }],
  ["a user record", { user: { passwordHash: SECRET } }],
  ["a table row", { row: { password_hash: SECRET } }],
  ["the configuration", { config: { secrets: [SECRET] } }],
  ["a token three levels down", { a: { b: { c: { token: SECRET } } } }],
];

function logged(entry: object): string {
  let text = "";
  createLogger("info", { write: (line) => (text += line) }).info(entry, "message");
  return text;
}

for (const [name, entry] of LEAKS) {
  test(`does not write ${name}`, () => {
    const line = logged(entry);
    assert.ok(!line.includes(SECRET), line);
    assert.match(line, /\[redacted\]/);
  });
}

test("writes one line however many line breaks a value holds", () => {
  const line = logged({ path: '/x\r\n{"level":"fatal"}\u001b[31m' });
  assert.equal(line.trimEnd().split("\n").length, 1);
  assert.ok(!line.includes("\u001b"));
});

const PATHS: readonly [url: string, path: string][] = [
  ["/notes?token=secret", "/notes"],
  ["/notes?a=1?b=2", "/notes"],
  ["/?\nnext", "/"],
  ["/notes#token", "/notes"],
  [`/${"x".repeat(9_000)}`, `/${"x".repeat(511)}`],
];

for (const [url, path] of PATHS) {
  test(`logs ${JSON.stringify(url.slice(0, 30))} as a path without its query`, () => {
    assert.equal(pathOf(url), path);
  });
}
