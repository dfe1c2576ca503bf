import assert from "node:assert/strict";
import { test } from "node:test";
import { processorMillisOf } from "../support/cpu-time.ts";
import { assertHeaderSet } from "../support/header-set.ts";
import { assertServing, startAttackedServer } from "./attacked-server.ts";

// Requests a strict server may serve: the point is one answer, never a 5xx, and the header set on it.
const server = await startAttackedServer();
const HOST = server.hostLine;

function get(target: string, ...lines: readonly string[]): string {
  return [`GET ${target} HTTP/1.1`, HOST, "Connection: close", ...lines, "\r\n"].join("\r\n");
}

const rows: readonly [name: string, bytes: string][] = [
  ["an absolute target on the own host", get(`http://${HOST.slice(6)}/`)],
  ["a thousand ranges of a file", get("/hello.txt", `Range: bytes=${"0-,".repeat(1000)}0-`)],
  ["a range that starts behind the end", get("/hello.txt", "Range: bytes=999-")],
  ["a condition on any version", get("/hello.txt", "If-None-Match: *")],
  ["a date in the year 300,000", get("/hello.txt", "If-Modified-Since: Sat, 01 Jan 300000 00:00:00 GMT")],
  ["15,000 spaces in a condition", get("/hello.txt", `If-None-Match: ${" ".repeat(15_000)}x`)],
  ["a language list made for backtracking", get("/missing", `Accept-Language: a${"-a".repeat(7000)} b`)],
  ["an Accept list made for backtracking", get("/missing", `Accept: ${"a/a;".repeat(3000)}`)],
  ["a header called __proto__", get("/", "__proto__: x", "constructor: y")],
  ["a cookie called __proto__", get("/", "Cookie: __proto__=x; constructor=y; hasOwnProperty=z")],
  ["cookies that are no UTF-8", get("/", "Cookie: __Host-sid=\xff\xfe; a=%ff")],
  [
    "the session cookie twice",
    get("/", `Cookie: __Host-sid=${"a".repeat(43)}; __Host-sid=${"b".repeat(43)}`),
  ],
  ["180 cookies", get("/", `Cookie: ${Array.from({ length: 180 }, (_, n) => `c${n}=v`).join("; ")}`)],
  ["a session cookie of 8 kB", get("/", `Cookie: __Host-sid=${"a".repeat(8000)}`)],
  ["a query of nested brackets", get(`/?a${"[b]".repeat(2000)}=c`)],
  ["a query that names the prototype", get("/?__proto__[polluted]=1&constructor[prototype][polluted]=1")],
  ["a query with broken escapes", get("/?a=%zz&%ff=%")],
  ["the same parameter a thousand times", get(`/?${"a=1&".repeat(1000)}`)],
  ["an upgrade nobody offers", get("/", "Connection: Upgrade", "Upgrade: h2c")],
  [
    "15,000 spaces in what a WebSocket asks for",
    get("/", "Upgrade: websocket", `Sec-WebSocket-Protocol: b${" ".repeat(15_000)}x`),
  ],
  ["15,000 spaces for an address", get("/", `X-Forwarded-For: ${" ".repeat(15_000)}x`)],
  ["15,000 spaces for a method", get("/", `X-HTTP-Method-Override: ${" ".repeat(15_000)}x`)],
  [
    "a user name with a line of a log in it",
    get("/", `Authorization: Basic ${Buffer.from("a\n127.0.0.1 - forged:pw").toString("base64")}`),
  ],
  ["a body on GET", `${get("/", "Content-Length: 3")}a=1`],
  ["a callback for JSONP", get("/where?callback=alert(1)")],
];

for (const [name, bytes] of rows) {
  test(`answers once, and never with a 5xx: ${name}`, async () => {
    const before = processorMillisOf(server.pid);
    const { answers, rest } = await server.send(bytes);
    assert.ok(processorMillisOf(server.pid) - before < 1000, "slow");
    assert.equal(answers.length, 1);
    assert.equal(rest, "");
    for (const { status, headers } of answers) {
      assert.ok(status >= 200 && status < 500, `answered ${status}`);
      assertHeaderSet((header) => headers.get(header)?.join(", "), status);
    }
    await assertServing(server);
  });
}

test("answers two pipelined requests in order, and nothing else", async () => {
  const one = `GET /where HTTP/1.1\r\n${HOST}\r\n\r\n`;
  const { answers } = await server.send(`${one}${get("/missing")}`);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 404],
  );
});

test("sends no body with the answer to HEAD", async () => {
  const { answers, rest } = await server.send(`HEAD / HTTP/1.1\r\n${HOST}\r\nConnection: close\r\n\r\n`);
  assert.equal(answers.length, 0, "the announced body never comes");
  assert.ok(rest.endsWith("\r\n\r\n"));
});
