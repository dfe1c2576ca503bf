import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { Application } from "express";
import { collectEvents, HOST, ORIGIN, serveProtected } from "../../test/gate.ts";
import { stopwatch } from "../../../../test/support/own-time.ts";

function echo(app: Application): void {
  app.use((req, res) => {
    const body: unknown = req.body;
    res.json(body === undefined ? "no body" : { body });
  });
}

const FORM = "application/x-www-form-urlencoded";
const BOMB = Buffer.alloc(16 * 1024 * 1024);

const BODIES: readonly [
  title: string,
  headers: Record<string, string>,
  body: string | Buffer,
  want: number | string,
][] = [
  ["JSON", { "Content-Type": "application/json" }, '{"a":1}', '{"body":{"a":1}}'],
  ["a form", { "Content-Type": FORM }, "a=1", '{"body":{"a":"1"}}'],
  ["JSON of no bytes", { "Content-Type": "application/json" }, "", '"no body"'],
  ["a form of no bytes", { "Content-Type": FORM, "Content-Length": "0" }, "", '{"body":{}}'],
  ["another type, left to the route", { "Content-Type": "text/plain" }, "a", '"no body"'],
  ["no type, left to the route", {}, "a", '"no body"'],
  [
    "compressed JSON",
    { "Content-Type": "application/json", "Content-Encoding": "gzip" },
    gzipSync('{"a":1}'),
    '{"body":{"a":1}}',
  ],
  ["JSON up to the limit", { "Content-Type": "application/json" }, `["${"a".repeat(102_396)}"]`, 200],
  ["JSON of one byte more", { "Content-Type": "application/json" }, `["${"a".repeat(102_397)}"]`, 413],
  ["a gzip bomb", { "Content-Type": "application/json", "Content-Encoding": "gzip" }, gzipSync(BOMB), 413],
  [
    "a deflate bomb",
    { "Content-Type": "application/json", "Content-Encoding": "deflate" },
    deflateSync(BOMB),
    413,
  ],
  [
    "a brotli bomb",
    { "Content-Type": "application/json", "Content-Encoding": "br" },
    brotliCompressSync(BOMB),
    413,
  ],
  [
    "a zstd bomb",
    { "Content-Type": "application/json", "Content-Encoding": "zstd" },
    zstdCompressSync(BOMB),
    413,
  ],
  ["an unknown encoding", { "Content-Type": "application/json", "Content-Encoding": "compress" }, "x", 415],
  [
    "two encodings",
    { "Content-Type": "application/json", "Content-Encoding": "gzip, gzip" },
    gzipSync(gzipSync("{}")),
    415,
  ],
  ["a broken encoding", { "Content-Type": "application/json", "Content-Encoding": "gzip" }, "not gzip", 400],
  ["JSON in UTF-16", { "Content-Type": "application/json; charset=utf-16" }, "{}", 415],
  [
    "bytes that are no UTF-8",
    { "Content-Type": "application/json" },
    Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]),
    400,
  ],
  ["an overlong slash", { "Content-Type": FORM }, Buffer.from([0x61, 0x3d, 0xc0, 0xaf]), 400],
  ["half of JSON", { "Content-Type": "application/json" }, '{"a":', 400],
  ["duplicate JSON keys", { "Content-Type": "application/json" }, '{"a":1,"a":2}', 400],
  ["a repeated field", { "Content-Type": FORM }, "a=1&a=2", 400],
  ["__proto__", { "Content-Type": "application/json" }, '{"__proto__":{"x":1}}', 400],
  ["51,000 nameless fields", { "Content-Type": FORM }, "a&".repeat(51_000), 400],
  ["a deep name", { "Content-Type": FORM }, `a${"[b]".repeat(33_000)}=c`, 200],
];

for (const [title, headers, body, want] of BODIES) {
  test(`answers ${title} with ${typeof want === "number" ? want : "what it says"}`, async (context) => {
    const server = await serveProtected(context, echo);
    const elapsed = stopwatch();
    const answer = await server.send({ method: "POST", headers: { Origin: ORIGIN, ...headers }, body });
    const millis = elapsed();
    if (typeof want === "number") assert.equal(answer.status, want);
    else assert.equal(answer.body, want);
    assert.ok(millis < 2000, `${millis} ms`);
    assert.ok(answer.headers["content-security-policy"]);
  });
}

for (const method of ["GET", "HEAD", "OPTIONS"]) {
  test(`reads no body of a ${method}`, async (context) => {
    const server = await serveProtected(context, echo);
    const body = '{"__proto__":1}';
    const headers = { "Content-Type": "application/json", "Content-Length": String(body.length) };
    assert.equal((await server.send({ method, headers, body })).status, 200);
  });
}

test("reads the body of QUERY under the same limits", async (context) => {
  const server = await serveProtected(context, echo);
  const headers = { "Content-Type": "application/json" };
  assert.equal((await server.send({ method: "QUERY", headers, body: '{"a":1}' })).body, '{"body":{"a":1}}');
  assert.equal((await server.send({ method: "QUERY", headers, body: '{"__proto__":1}' })).status, 400);
});

test("refuses a body cut short, and stays up", async (context) => {
  const server = await serveProtected(context, echo);
  await server
    .raw(
      `POST / HTTP/1.1\r\nHost: ${HOST}\r\nOrigin: ${ORIGIN}\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\nzz\r\n`,
    )
    .catch(() => "");
  assert.equal((await server.send()).status, 200);
});

test("reports one event with the reason and tells the client the code", async (context) => {
  const events = collectEvents(context);
  const server = await serveProtected(context, echo);
  const headers = { Origin: ORIGIN, "Content-Type": "application/json" };
  const answer = await server.send({ method: "POST", headers, body: '{"a":{"constructor":1}}' });
  assert.match(answer.body, /BODY_FORBIDDEN_KEY/);
  assert.doesNotMatch(answer.body, /constructor/);
  assert.deepEqual(
    events.map(({ name, because }) => [name, because]),
    [["body.refused", "constructor"]],
  );
});
