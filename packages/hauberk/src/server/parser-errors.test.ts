import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { dial, open, recordEvents, sleep, talk } from "../../test/server/harness.ts";
import { PATIENCE } from "../../../../test/support/patience.ts";
import { classifyParserError } from "./parser-errors.ts";

const classes: readonly [name: string, code: string | undefined, status: number][] = [
  ["calls headers beyond the limit 431", "HPE_HEADER_OVERFLOW", 431],
  ["calls a flood of chunk extensions 413", "HPE_CHUNK_EXTENSIONS_OVERFLOW", 413],
  ["calls a request that never ends 408", "ERR_HTTP_REQUEST_TIMEOUT", 408],
  ["calls a bad method 400", "HPE_INVALID_METHOD", 400],
  ["calls a length beside chunks 400", "HPE_INVALID_TRANSFER_ENCODING", 400],
  ["calls an unknown error 400", "HPE_SOMETHING_NEW", 400],
  ["calls an error without a code 400", undefined, 400],
];

for (const [name, code, status] of classes)
  test(name, () => assert.equal(classifyParserError(code)[0], status));

const HOST = "Host: localhost\r\n";

function fields(count: number): string {
  return Array.from({ length: count }, (_each, index) => `x-${index}: a\r\n`).join("");
}

const requests: readonly [name: string, request: string, status: number][] = [
  ["answers a line that is not HTTP", "hello\r\n\r\n", 400],
  ["answers a lower-case method", `get / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["answers a space before the colon", `GET / HTTP/1.1\r\nHost : a\r\n\r\n`, 400],
  ["answers a header without a name", `GET / HTTP/1.1\r\n${HOST}: x\r\n\r\n`, 400],
  ["answers a NUL in a header", `GET / HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`, 400],
  [
    "answers a length together with chunks",
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  [
    "answers two different lengths",
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd`,
    400,
  ],
  [
    "answers chunks that are not the last coding",
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`,
    400,
  ],
  [
    "answers chunks with another coding before",
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  [
    "answers chunks in HTTP/1.0, which knows none",
    `POST / HTTP/1.0\r\n${HOST}Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ["answers a folded header", `GET / HTTP/1.1\r\n${HOST}X: a\r\n b\r\n\r\n`, 400],
  ["answers HTTP/3 in clear", `GET / HTTP/3.0\r\n${HOST}\r\n`, 400],
  ["answers the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  [
    "answers a chunk size that is not a number",
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    400,
  ],
  ["answers 20 KB of headers", `GET / HTTP/1.1\r\n${HOST}X: ${"a".repeat(20_000)}\r\n\r\n`, 431],
  ["answers 20 KB of request line", `GET /${"a".repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`, 431],
  ["answers 201 header fields", `GET / HTTP/1.1\r\n${HOST}${fields(200)}\r\n`, 431],
  [
    "answers an odd framing behind 200 header fields",
    `POST / HTTP/1.1\r\n${HOST}${fields(199)}Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n`,
    431,
  ],
  [
    "answers 64 KB of chunk extensions",
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1;${"a".repeat(65_536)}\r\nx\r\n0\r\n\r\n`,
    413,
  ],
  ["answers CONNECT", `CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n`, 405],
  [
    "answers an expectation it cannot meet",
    `POST / HTTP/1.1\r\n${HOST}Expect: 200-ok\r\nContent-Length: 1\r\n\r\n`,
    417,
  ],
];

for (const [name, request, status] of requests) {
  test(name, async (t) => {
    const events = recordEvents(t);
    // A handler that waits for the body, as a parser would.
    const server = await open(t, (req, res) => void req.resume().on("end", () => res.end("served")));
    const answer = await talk(server.port, request);
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `));
    assert.match(answer, /\r\nX-Content-Type-Options: nosniff\r\n/);
    assert.match(answer, /\r\nContent-Security-Policy: default-src/);
    assert.match(answer, /\r\nConnection: close\r\n/);
    assert.match(answer, /\r\nCache-Control: no-store\r\n/);
    assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1);
    const told = events.filter((event) => event.name === "request.malformed");
    assert.deepEqual(
      told.map((event) => event.status),
      [status],
    );
    assert.equal(told[0]?.clientAddress, "127.0.0.1");
  });
}

test("serves a request with as many header fields as may come", async (t) => {
  const server = await open(t, (req, res) => void res.end(`last ${String(req.headers["x-198"])}`));
  const request = `GET / HTTP/1.1\r\n${HOST}${fields(199).replace("x-0: a", "Connection: close")}\r\n`;
  assert.match(await talk(server.port, request), /^HTTP\/1.1 200 .*last a$/s);
});

test("says with CONNECT's refusal what is served", async (t) => {
  const server = await open(t, (_req, res) => void res.end());
  const answer = await talk(server.port, `CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n`);
  assert.match(answer, /\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n/);
});

test("answers 408 to a body that never comes", async (t) => {
  const server = await open(t, (req, res) => void req.resume().on("end", () => res.end()), {
    requestTimeoutMs: 200,
    headersTimeoutMs: 200,
  });
  const answer = await talk(server.port, `POST / HTTP/1.1\r\n${HOST}Content-Length: 9\r\n\r\nabc`);
  assert.match(answer, /^HTTP\/1.1 408 .*nosniff/s);
});

test("answers 408 to headers that never end", async (t) => {
  const server = await open(t, (_req, res) => void res.end(), {
    requestTimeoutMs: 200,
    headersTimeoutMs: 200,
  });
  assert.match(await talk(server.port, `GET / HTTP/1.1\r\n${HOST}`), /^HTTP\/1.1 408 .*nosniff/s);
});

test("puts no error into the middle of an answer that has begun", async (t) => {
  const server = await open(
    t,
    (_req, res) => void res.writeHead(200, { "Content-Length": "10" }).write("half"),
  );
  const socket = dial(server.port);
  let received = "";
  socket.on("data", (chunk) => (received += chunk.toString()));
  socket.write(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`);
  await t.waitFor(() => assert.match(received, /half$/), PATIENCE);
  socket.write("zz\r\n");
  await once(socket, "close");
  assert.equal(received.match(/HTTP\/1\.1/g)?.length, 1);
  assert.match(received, /half$/);
});

test("gives nobody the error of the request behind", async (t) => {
  const server = await open(t, (_req, res) => void setTimeout(() => res.end("first"), 100));
  const answer = await talk(server.port, `GET / HTTP/1.1\r\n${HOST}\r\nbroken\r\n\r\n`);
  assert.doesNotMatch(answer, /400/);
});

test("lets CONNECT behind another request not answer in its place", async (t) => {
  const server = await open(t, (_req, res) => void setTimeout(() => res.end("first"), 100));
  const answer = await talk(server.port, `GET / HTTP/1.1\r\n${HOST}\r\nCONNECT a:1 HTTP/1.1\r\n${HOST}\r\n`);
  assert.doesNotMatch(answer, /405/);
});

test("lets an expectation wait its turn behind another answer", async (t) => {
  const server = await open(t, (_req, res) => void setTimeout(() => res.end("first"), 100));
  const answer = await talk(
    server.port,
    `GET / HTTP/1.1\r\n${HOST}\r\nPOST / HTTP/1.1\r\n${HOST}Expect: x\r\nContent-Length: 1\r\n\r\n`,
  );
  assert.match(answer, /^HTTP\/1.1 200 .*first.*HTTP\/1.1 417 /s);
});

test("takes the socket from a refused client that never closes its side", async (t) => {
  const server = await open(t, (_req, res) => void res.end());
  const lingers = async (request: string): Promise<void> => {
    const socket = dial(server.port, "127.0.0.1", { allowHalfOpen: true });
    socket.write(request);
    await sleep(2500);
    // The first is answered with a reset, and the next one fails; a socket that was not taken takes them all.
    await t.waitFor(() => {
      socket.write("more");
      assert.ok(socket.destroyed, request);
    }, PATIENCE);
  };
  await Promise.all(["broken\r\n\r\n", `CONNECT a:1 HTTP/1.1\r\n${HOST}\r\n`].map(lingers));
});

test("lives on when a client resets the connection it asked CONNECT on", async (t) => {
  const failures: unknown[] = [];
  const note = (error: unknown): void => void failures.push(error);
  const server = await open(t, (_req, res) => void res.end("ok"));
  process.on("uncaughtException", note);
  t.after(() => process.off("uncaughtException", note));
  for (let round = 0; round < 20; round++) {
    const socket = dial(server.port);
    // oxlint-disable-next-line no-await-in-loop -- one after the other is gentle enough
    await once(socket, "connect");
    socket.write(`CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n`);
    // oxlint-disable-next-line no-await-in-loop -- while the refused socket lingers
    await once(socket, "data");
    socket.resetAndDestroy();
  }
  await sleep(100);
  assert.deepEqual(failures, []);
});
