import assert from "node:assert/strict";
import { test } from "node:test";
import { exchange } from "../support/raw-client.ts";
import { assertHeaderSet } from "../support/header-set.ts";
import { assertServing, startSecureAttackedServer } from "./attacked-server.ts";

const server = await startSecureAttackedServer();
const HOST = server.hostLine;

const rows: readonly [name: string, bytes: string, status: number][] = [
  ["a page", `GET / HTTP/1.1\r\n${HOST}\r\n\r\n`, 200],
  ["a static file", `GET /hello.txt HTTP/1.1\r\n${HOST}\r\n\r\n`, 200],
  ["a missing page", `GET /missing HTTP/1.1\r\n${HOST}\r\n\r\n`, 404],
  ["a failure", `GET /boom HTTP/1.1\r\n${HOST}\r\n\r\n`, 500],
  ["a wrong host", "GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n", 421],
  ["bytes the parser refuses", "GET / HTTP/1.1\n\n", 400],
  ["headers beyond the limit", `GET / HTTP/1.1\r\n${HOST}\r\nA: ${"b".repeat(20_000)}\r\n\r\n`, 431],
];

for (const [name, bytes, status] of rows) {
  test(`promises https for two years with ${status}: ${name}`, async () => {
    const { answers } = await server.send(bytes);
    assert.deepEqual(
      answers.map((answer) => answer.status),
      [status],
    );
    const headers = answers[0]?.headers;
    assert.match(
      headers?.get("strict-transport-security")?.[0] ?? "",
      /^max-age=63072000; includeSubDomains/,
    );
    assert.match(headers?.get("content-security-policy")?.[0] ?? "", /upgrade-insecure-requests/);
    assertHeaderSet((header) => headers?.get(header)?.join(", "), status);
  });
}

test("sends the session's cookie as Secure, HttpOnly, SameSite and for this host only", async () => {
  const { answers } = await server.send(`GET /enter HTTP/1.1\r\n${HOST}\r\n\r\n`);
  const [cookie = ""] = answers[0]?.headers.get("set-cookie") ?? [];
  const [pair = "", ...attributes] = cookie.split("; ");
  // 256 bits are 43 characters of base64url.
  assert.match(pair, /^__Host-sid=[A-Za-z0-9_-]{43}$/);
  for (const attribute of ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"]) {
    assert.ok(attributes.includes(attribute), cookie);
  }
  assert.ok(!/domain=/i.test(cookie), cookie);
});

const greetings: readonly [name: string, bytes: string][] = [
  ["plain HTTP", `GET / HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ["random bytes", "\x00\xff\xfe\x80".repeat(100)],
  ["half a TLS greeting", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
  ["a greeting longer than it says", `\x16\x03\x01\x00\x05${"\x01".repeat(50_000)}`],
];

for (const [name, bytes] of greetings) {
  test(`serves nothing over the TLS port to ${name}, and goes on`, async () => {
    const { answers } = await exchange(bytes, { port: server.port, limitMs: 10_000 });
    assert.ok(answers.every(({ status }) => status >= 400));
    await assertServing(server);
  });
}
