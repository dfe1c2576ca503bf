import assert from "node:assert/strict";
import { test } from "node:test";
import express, { type Application } from "express";
import { collectEvents, serve, serveProtected } from "../../test/gate.ts";
import { limit } from "./index.ts";

function hello(app: Application): void {
  app.get("/", (_req, res) => {
    res.send("hello");
  });
}

test("refuses the request after the burst, and says when to come again", async (context) => {
  const server = await serveProtected(context, hello, { limit: { limit: 3, windowSeconds: 60 } });
  const events = collectEvents(context);
  for (let sent = 0; sent < 3; sent++) assert.equal((await server.send()).status, 200);
  const refused = await server.send();
  assert.equal(refused.status, 429);
  assert.equal(refused.headers["retry-after"], "20");
  assert.equal(refused.headers["ratelimit-policy"], '"address";q=3;w=60');
  assert.equal(refused.headers["ratelimit"], '"address";r=0;t=20');
  assert.ok(refused.headers["content-security-policy"]);
  assert.deepEqual(
    events.map(({ name, code, because }) => [name, code, because]),
    [["limit.refused", "RATE_LIMITED", "address"]],
  );
});

test("counts every address for itself", async (context) => {
  const server = await serveProtected(context, hello, { limit: { limit: 1 } });
  for (const from of ["127.0.0.2", "127.0.0.3", "127.0.0.4"]) {
    assert.equal((await server.send({ from })).status, 200);
    assert.equal((await server.send({ from })).status, 429);
  }
});

test("counts no address a client makes up", async (context) => {
  const server = await serveProtected(context, hello, { limit: { limit: 1 } });
  assert.equal((await server.send()).status, 200);
  for (const forged of ["6.6.6.6", "127.0.0.9", "::1"]) {
    const headers = { "X-Forwarded-For": forged, "X-Real-IP": forged, Forwarded: `for="${forged}"` };
    assert.equal((await server.send({ headers })).status, 429);
  }
});

test("counts the client behind a declared proxy, not what it writes first", async (context) => {
  const server = await serveProtected(context, hello, { limit: { limit: 1 }, proxy: "loopback" });
  const from = (text: string): Promise<{ status: number }> =>
    server.send({ headers: { "X-Forwarded-For": text } });
  assert.equal((await from("198.51.100.1")).status, 200);
  assert.equal((await from("6.6.6.6, 198.51.100.1")).status, 429);
  assert.equal((await from("198.51.100.2")).status, 200);
});

test("works alone on one route, and counts IPv4-mapped clients one by one", async (context) => {
  const app = express();
  app.get("/search", limit({ limit: 1 }), (_req, res) => {
    res.send("found");
  });
  const server = await serve(context, app);
  assert.equal((await server.send({ path: "/search", from: "127.0.0.5" })).status, 200);
  assert.equal((await server.send({ path: "/search", from: "127.0.0.6" })).status, 200);
  assert.equal((await server.send({ path: "/search", from: "127.0.0.5" })).status, 429);
});
