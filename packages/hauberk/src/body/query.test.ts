import assert from "node:assert/strict";
import { test } from "node:test";
import type { Application } from "express";
import { collectEvents, serveProtected } from "../../test/gate.ts";
import { ConfigError } from "../errors/config-error.ts";
import { parseQueryOptions } from "./query.ts";

function routes(app: Application): void {
  app.get("/unread", (_req, res) => {
    res.send("unread");
  });
  app.get("/same", (req, res) => {
    res.json([req.query === req.query, Object.isFrozen(req.query), Object.getPrototypeOf(req.query)]);
  });
  app.use((req, res) => {
    res.json(req.query);
  });
}

const QUERIES: readonly [query: string, want: string | number][] = [
  ["", "{}"],
  ["?", "{}"],
  ["?a=1&b=2", '{"a":"1","b":"2"}'],
  ["?q=caf%C3%A9+au+lait", '{"q":"café au lait"}'],
  ["?tag=a&tag=b", '{"tag":["a","b"]}'],
  ["?tag=a", '{"tag":["a"]}'],
  ["?a[b]=1&c[]=2", '{"a[b]":"1","c[]":"2"}'],
  ["?a[999]=1", '{"a[999]":"1"}'],
  ["?a=%zz", '{"a":"%zz"}'],
  ["?id=1&id=2", 400],
  ["?id=1&i%64=2", 400],
  ["?id&id", 400],
  ["?__proto__=1", 400],
  ["?__proto__[admin]=1", 400],
  ["?constructor=1", 400],
  ["?constructor[prototype][x]=1", 400],
  ["?a[99999999]=1", 400],
  ["?hasOwnProperty=1", 400],
  ["?toString=1", 400],
  ["?a=%00", 400],
  ["?a%00=1", 400],
  [`?${Array.from({ length: 101 }, (_, at) => `k${at}=1`).join("&")}`, 400],
];

for (const [query, want] of QUERIES) {
  test(`reads the query ${query.slice(0, 40) || "that is not there"} as ${want}`, async (context) => {
    const server = await serveProtected(context, routes, { query: { repeatable: ["tag"] } });
    const answer = await server.send({ path: `/${query}` });
    if (typeof want === "string") assert.equal(answer.body, want);
    else assert.deepEqual([answer.status, answer.body.includes("QUERY_REFUSED")], [want, true]);
  });
}

test("refuses nothing on a route that reads no query", async (context) => {
  const server = await serveProtected(context, routes);
  assert.equal((await server.send({ path: "/unread?utm_source=a&utm_source=b" })).body, "unread");
});

test("gives one frozen object without a prototype", async (context) => {
  const server = await serveProtected(context, routes);
  assert.equal((await server.send({ path: "/same?a=1" })).body, "[true,true,null]");
});

test("reports one event with the parameter's name", async (context) => {
  const events = collectEvents(context);
  const server = await serveProtected(context, routes);
  await server.send({ path: "/?id=1&id=2" });
  assert.deepEqual(
    events.map(({ name, because }) => [name, because]),
    [["query.refused", "repeated id"]],
  );
});

test("refuses options that limit nothing", () => {
  for (const input of [{ maxKeys: Infinity }, { maxKeys: 0 }, { repeatable: "tag" }, { repeat: [] }])
    assert.throws(() => parseQueryOptions(input), ConfigError);
});
