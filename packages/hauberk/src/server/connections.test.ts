import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { dial, open, recordEvents, sleep, talk } from "../../test/server/harness.ts";
import { PATIENCE } from "../../../../test/support/patience.ts";

const GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const GET_AND_CLOSE = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

async function connectMany(port: number, count: number, from: string, greeting = ""): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => dial(port, from));
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  for (const socket of sockets) socket.write(greeting);
  return sockets;
}

function stillOpen(sockets: readonly Socket[]): number {
  return sockets.filter((socket) => !socket.destroyed && !socket.readableEnded).length;
}

test("serves others while one address holds all the connections it may have", async (t) => {
  const events = recordEvents(t);
  const server = await open(t, (_req, res) => void res.end("ok"), { maxConnectionsPerAddress: 5 });
  const slow = await connectMany(server.port, 20, "127.0.0.66", "GET / HTTP/1.1\r\nX: ");
  await t.waitFor(() => assert.equal(stillOpen(slow), 5), PATIENCE);
  assert.match(await talk(server.port, GET_AND_CLOSE), /ok$/);
  assert.equal(stillOpen(slow), 5);
  const refused = events.filter((event) => event.name === "server.connection-refused");
  // One a second at most.
  assert.deepEqual(
    new Set(refused.map((event) => `${event.because} ${event.clientAddress}`)),
    new Set(["address-has-too-many 127.0.0.66"]),
  );
  assert.ok(refused.length < 15);
  for (const socket of slow) socket.destroy();
});

test("gives a place back when its connection closes", async (t) => {
  const server = await open(t, (_req, res) => void res.end("ok"), { maxConnectionsPerAddress: 2 });
  for (let round = 0; round < 5; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    assert.match(await talk(server.port, GET_AND_CLOSE), /ok$/);
  }
});

test("does not count a declared proxy, through which everybody comes", async (t) => {
  const around = { trust: (address: string): boolean => address === "127.0.0.66" };
  const server = await open(t, (_req, res) => void res.end("ok"), { maxConnectionsPerAddress: 1 }, around);
  const sockets = await connectMany(server.port, 10, "127.0.0.66");
  assert.match(await talk(server.port, GET_AND_CLOSE, { from: "127.0.0.66" }), /ok$/);
  for (const socket of sockets) socket.destroy();
});

test("lets the longest quiet connection give way when all are taken", async (t) => {
  const server = await open(t, (_req, res) => void res.end("ok"), { maxConnections: 10 });
  const slow: Socket[] = [];
  for (let host = 1; host <= 10; host++) {
    // oxlint-disable-next-line no-await-in-loop -- in order: the first is the oldest
    slow.push(...(await connectMany(server.port, 1, `127.0.1.${host}`, "GET / HTTP/1.1\r\nX: ")));
  }
  assert.match(await talk(server.port, GET_AND_CLOSE), /ok$/);
  await t.waitFor(() => assert.equal(stillOpen(slow.slice(0, 1)), 0), PATIENCE);
  assert.equal(stillOpen(slow), 9);
  for (const socket of slow) socket.destroy();
});

test("cuts no request off to make room", async (t) => {
  const events = recordEvents(t);
  const held: ServerResponse[] = [];
  const server = await open(t, (_req, res) => void held.push(res), { maxConnections: 2 });
  const busy = [talk(server.port, GET_AND_CLOSE), talk(server.port, GET_AND_CLOSE)];
  await t.waitFor(() => assert.equal(held.length, 2), PATIENCE);
  assert.equal(await talk(server.port, GET), "");
  for (const res of held) res.end("ok");
  for (const answer of await Promise.all(busy)) assert.match(answer, /ok$/);
  assert.ok(events.some((event) => event.because === "too-many"));
});

test("ends a connection after so many requests", async (t) => {
  const server = await open(t, (_req, res) => void res.end("ok"), { maxRequestsPerConnection: 3 });
  const answer = await talk(server.port, GET.repeat(5));
  assert.equal(answer.match(/HTTP\/1.1 200/g)?.length, 3);
  assert.equal(answer.match(/Connection: close/g)?.length, 1);
});

test("cuts a client that reads nothing of its answer", async (t) => {
  let isCut = false;
  const server = await open(
    t,
    (_req, res) => void res.once("close", () => (isCut = true)).end(Buffer.alloc(30_000_000)),
    { silenceTimeoutMs: 300 },
  );
  const socket = dial(server.port);
  socket.pause().write(GET);
  await t.waitFor(() => assert.ok(isCut), PATIENCE);
  let received = 0;
  socket.on("data", (chunk) => (received += chunk.length)).resume();
  await once(socket, "close");
  assert.ok(received < 30_000_000, `received ${received}`);
});

test("serves 127.0.0.1 while 127.0.0.66 sends headers and bodies slowly", async (t) => {
  const server = await open(t, (req, res) => void req.resume().on("end", () => res.end("ok")), {
    maxConnectionsPerAddress: 50,
    headersTimeoutMs: 1000,
    requestTimeoutMs: 1500,
  });
  const headers = await connectMany(server.port, 100, "127.0.0.66", "GET / HTTP/1.1\r\n");
  const bodies = await connectMany(
    server.port,
    100,
    "127.0.0.67",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n",
  );
  const drip = setInterval(() => {
    for (const socket of headers) if (socket.writable) socket.write("X-a: b\r\n");
    for (const socket of bodies) if (socket.writable) socket.write("x");
  }, 300);
  t.after(() => clearInterval(drip));
  const times: number[] = [];
  const deadline = performance.now() + PATIENCE.timeout;
  while (stillOpen([...headers, ...bodies]) > 0 && performance.now() < deadline) {
    const startedAt = performance.now();
    // oxlint-disable-next-line no-await-in-loop -- one probe after the other
    assert.match(await talk(server.port, GET_AND_CLOSE), /ok$/);
    times.push(performance.now() - startedAt);
    // oxlint-disable-next-line no-await-in-loop -- one probe after the other
    await sleep(50);
  }
  assert.equal(stillOpen([...headers, ...bodies]), 0);
  // Whoever waited for the slow ones would wait a second each time; one probe may be late on a busy machine.
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? Number.NaN;
  assert.ok(times.length > 3 && median < 500, `${times.length} probes, median ${median} ms`);
});

test("tells connections apart that come from one port of a client to two addresses of this machine", async (t) => {
  const server = await open(
    t,
    // Never ended: the answer has begun for as long as this takes.
    (_req, res) => void res.write("first half"),
    { host: "0.0.0.0" },
  );
  let received = "";
  const first = dial(server.port).on("data", (chunk) => (received += String(chunk)));
  await once(first, "connect");
  first.write(GET);
  await once(first, "data");
  const from = { localAddress: "127.0.0.1", localPort: first.localPort ?? 0 };
  const second = connect({ port: server.port, host: "127.0.0.2", ...from });
  await once(second, "connect");
  // What cannot be parsed is not answered in the middle of an answer: a proxy would read it as part of the body.
  first.write("BAD\0\r\n\r\n");
  await once(first, "close");
  second.destroy();
  assert.equal(received.split("HTTP/1.1 ").length - 1, 1, received);
});
