import assert from "node:assert/strict";
import { test } from "node:test";
import express, { type Application } from "express";
import { collectEvents, cookieOf, ORIGIN, serve, serveProtected, type Answer } from "../../test/gate.ts";
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

test("counts a user from wherever, and visitors by address", async (context) => {
  const server = await serveProtected(context, (app) => {
    app.post("/login/:name", (req, res, next) => {
      req.session.login(req.params.name).then(() => res.send("welcome"), next);
    });
    app.get("/", limit({ limit: 1, by: "user" }), (_req, res) => {
      res.send("hello");
    });
  });
  const login = async (name: string): Promise<string> => {
    const answer = await server.send({ method: "POST", path: `/login/${name}`, headers: { Origin: ORIGIN } });
    return cookieOf(answer, "sid") ?? "";
  };
  const [alice, bob] = [await login("alice"), await login("bob")];
  const get = async (from: string, Cookie = ""): Promise<number> =>
    (await server.send({ from, headers: { Cookie } })).status;
  assert.deepEqual([await get("127.0.0.2", alice), await get("127.0.0.3", alice)], [200, 429]);
  assert.deepEqual([await get("127.0.0.2", bob), await get("127.0.0.2", bob)], [200, 429]);
  assert.deepEqual([await get("127.0.0.2"), await get("127.0.0.2"), await get("127.0.0.3")], [200, 429, 200]);
});

test("counts all together, by what a function says, and nothing that it leaves out", async (context) => {
  const server = await serveProtected(context, (app) => {
    app.get("/all", limit({ limit: 1, by: "everybody" }), (_req, res) => void res.send("all"));
    const byKey = limit({ limit: 1, by: (req) => req.get("X-Key") });
    app.get("/key", byKey, (_req, res) => void res.send("key"));
  });
  const get = async (path: string, from: string, headers = {}): Promise<number> =>
    (await server.send({ path, from, headers })).status;
  assert.deepEqual([await get("/all", "127.0.0.2"), await get("/all", "127.0.0.3")], [200, 429]);
  assert.deepEqual(
    [await get("/key", "127.0.0.2", { "X-Key": "a" }), await get("/key", "127.0.0.3", { "X-Key": "a" })],
    [200, 429],
  );
  assert.deepEqual([await get("/key", "127.0.0.2"), await get("/key", "127.0.0.2")], [200, 200]);
});

test("charges what a request costs, and announces what remains", async (context) => {
  const server = await serveProtected(context, (app) => {
    const search = limit({
      limit: 10,
      windowSeconds: 10,
      cost: (req) => Number(req.get("X-Cost")),
      name: "search",
      announce: true,
    });
    app.get("/", search, (_req, res) => void res.send("found"));
  });
  const get = (cost: string): Promise<Answer> => server.send({ headers: { "X-Cost": cost } });
  const first = await get("7");
  assert.equal(first.headers["ratelimit"], '"search";r=3;t=7');
  assert.equal(first.headers["ratelimit-policy"], '"search";q=10;w=10');
  assert.equal((await get("4")).status, 429);
  assert.equal((await get("3")).status, 200);
  for (const cost of ["0", "-1", "NaN", "1e999"]) assert.equal((await get(cost)).status, 500);
});

test("counts the networks of a household as one client with ipv6PrefixLength: 56", async (context) => {
  const options = { limit: { limit: 1, ipv6PrefixLength: 56 }, proxy: "loopback" } as const;
  const server = await serveProtected(context, hello, options);
  const from = async (address: string): Promise<number> =>
    (await server.send({ headers: { "X-Forwarded-For": address } })).status;
  assert.equal(await from("2001:db8:0:700::1"), 200);
  assert.equal(await from("2001:db8:0:7ff::2"), 429);
  assert.equal(await from("2001:db8:0:800::1"), 200);
});
