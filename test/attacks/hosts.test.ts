import assert from "node:assert/strict";
import { test } from "node:test";
import { exchangeOne } from "../support/raw-client.ts";
import { rawRequest } from "../support/requests.ts";
import { assertRefused, startAttackedServer } from "./attacked-server.ts";

const server = await startAttackedServer();
const { port } = server;

const poisoned: readonly [host: string, status: number][] = [
  ["evil.test", 421],
  [`evil.test:${port}`, 421],
  ["127.0.0.1", 421],
  ["127.0.0.1:1", 421],
  [`127.0.0.1.evil.test:${port}`, 421],
  [`evil127.0.0.1:${port}`, 421],
  [`localhost.evil.test:${port}`, 421],
  [`sub.localhost:${port}`, 421],
  [`[::1]:${port}`, 421],
  [`[::ffff:127.0.0.1]:${port}`, 421],
  [`0.0.0.0:${port}`, 421],
  [`127.1:${port}`, 421],
  [`0x7f.0.0.1:${port}`, 421],
  [`2130706433:${port}`, 421],
  [`127.0.0.1:${port}@evil.test`, 400],
  [`evil.test@127.0.0.1:${port}`, 400],
  [`127.0.0.1:evil.test`, 400],
  [`127.0.0.1:${port}:80`, 400],
  [`127.0.0.1:${port}/path`, 400],
  [`127.0.0.1:${port}?a=b`, 400],
  [`127.0.0.1:${port}#a`, 400],
  [`127.0.0.1:${port}\\`, 400],
  [`127.0.0.1: ${port}`, 400],
  [`127.0.0.1 evil.test:${port}`, 400],
  [`127.0.0.1:${port},evil.test`, 400],
  [`127.0.0.1:+${port}`, 400],
  [`127.0.0.1:0${port}`, 400],
  [`127.0.0.1:${port + 65536}`, 400],
  [`http://127.0.0.1:${port}`, 400],
  [`127.0.0.1%00.evil.test:${port}`, 400],
  [`l\xf6calhost:${port}`, 400],
  [`<script>alert(1)</script>:${port}`, 400],
  [`"127.0.0.1":${port}`, 400],
  [`.localhost:${port}`, 400],
  [`local..host:${port}`, 400],
  [`[::1:${port}`, 400],
  [`::1:${port}`, 400],
];

for (const [host, status] of poisoned) {
  test(`refuses the host ${JSON.stringify(host).replaceAll(String(port), "PORT")}`, async () => {
    const answer = await assertRefused(
      server,
      await server.send(rawRequest(["GET /where HTTP/1.1", `Host: ${host}`])),
    );
    // Which of the two it is, is a matter of grammar; that no route sees it, is not.
    assert.ok(answer.status === status || answer.status === 400, `refused with ${answer.status}`);
    assert.ok(!answer.body.includes("evil.test"), "the poisoned host is echoed");
  });
}

const OWN = { origin: server.origin, scheme: "http", address: "127.0.0.1", path: "/where" };

const ignored: readonly string[] = [
  "X-Forwarded-Host: evil.test",
  "X-Forwarded-Server: evil.test",
  "X-Host: evil.test",
  "X-HTTP-Host-Override: evil.test",
  "Forwarded: for=9.9.9.9;host=evil.test;proto=https",
  "X-Forwarded-Proto: https",
  "X-Forwarded-Ssl: on",
  "X-Forwarded-Port: 443",
  "X-Forwarded-For: 9.9.9.9",
  "X-Real-IP: 9.9.9.9",
  "True-Client-IP: 9.9.9.9",
  "X-Original-URL: /boom",
  "X-Rewrite-URL: /boom",
  "X-Forwarded-Prefix: /evil",
];

for (const line of ignored) {
  test(`believes nothing of "${line}" when no proxy was declared`, async () => {
    const answer = await exchangeOne(rawRequest(["GET /where HTTP/1.1", server.hostLine, line]), { port });
    assert.deepEqual(JSON.parse(answer.body), OWN);
  });
}

for (const line of ["X-HTTP-Method-Override: DELETE", "X-Method-Override: DELETE", "X-HTTP-Method: DELETE"]) {
  test(`does not turn GET into another method for "${line}"`, async () => {
    const answer = await exchangeOne(rawRequest(["GET /where HTTP/1.1", server.hostLine, line]), { port });
    assert.ok(answer.status === 400 || (JSON.parse(answer.body) as typeof OWN).path === "/where");
  });
}
