import assert from "node:assert/strict";
import { test } from "node:test";
import express, { type Response } from "express";
import { serve, serveProtected } from "../../test/served.ts";
import { headers } from "../headers/index.ts";
import { HeaderList } from "./header-list.ts";

type Step = readonly [method: string, ...parameters: unknown[]];

const set = (name: unknown, value: unknown): Step => ["setHeader", name, value];
const append = (name: unknown, value: unknown): Step => ["appendHeader", name, value];
const get = (name: unknown): Step => ["getHeader", name];
const has = (name: unknown): Step => ["hasHeader", name];
const remove = (name: unknown): Step => ["removeHeader", name];
const all: Step = ["getHeaders"];
const names: Step = ["getHeaderNames"];

/** What a route can do to headers; Node's own answer is the oracle. */
const scripts: readonly [name: string, steps: readonly Step[]][] = [
  ["set and get", [set("X-A", "1"), get("x-a")]],
  ["set twice in two cases", [set("X-A", "1"), set("x-a", "2"), all, names]],
  ["a number stays a number", [set("X-A", 1), get("X-A")]],
  ["a list of values", [set("Set-Cookie", ["a=1", "b=2"]), get("set-cookie")]],
  ["append to nothing", [append("Set-Cookie", "a=1"), get("Set-Cookie")]],
  ["append to one", [set("Set-Cookie", "a=1"), append("set-cookie", "b=2"), get("set-cookie")]],
  ["append a list", [set("Vary", "A"), append("Vary", ["B", "C"]), get("vary")]],
  ["append a list to nothing", [append("Vary", ["B", "C"]), get("vary")]],
  ["append to a number", [set("X-A", 1), append("X-A", "2")]],
  ["remove one of two", [set("X-A", "1"), set("X-B", "2"), remove("x-a"), all, has("X-A")]],
  ["remove what is not there", [remove("x-a"), names]],
  ["ask in another case", [set("ETag", "1"), has("etag"), has("ETAG"), has("eta")]],
  ["a prototype's names are not headers", [has("constructor"), get("toString"), get("hasOwnProperty")]],
  ["setHeaders of a Map", [["setHeaders", new Map([["X-A", "1"]])], all]],
  [
    "setHeaders of Headers with cookies",
    [
      [
        "setHeaders",
        new Headers([
          ["set-cookie", "a=1"],
          ["set-cookie", "b=2"],
        ]),
      ],
      all,
    ],
  ],
  ["a line break in a value", [set("X-A", "1\r\nX-Evil: 1")]],
  ["a line break in a list", [set("X-A", ["1", "2\r\nX-Evil: 1"])]],
  ["a line break in an appended value", [append("X-A", "1\nX-Evil: 1")]],
  ["a name with a colon and a line break", [set("X-A: 1\r\nX-Evil", "1")]],
  ["an empty name", [set("", "1")]],
  ["no value", [set("X-A", undefined)]],
  ["a name that is no string", [set(1, "1")]],
  ["removing a name that is no string", [remove(undefined)]],
  ["removing Date keeps Node from adding one", [remove("Date")]],
];

async function run(
  context: Parameters<typeof serve>[0],
  steps: readonly Step[],
  isKept: boolean,
): Promise<{ results: unknown[]; sent: Record<string, unknown> }> {
  const results: unknown[] = [];
  const app = express();
  app.disable("x-powered-by");
  if (isKept) app.use(headers());
  app.get("/", (_req, res) => {
    for (const step of steps) results.push(resultOf(res, step));
    res.statusCode = 404;
    res.end("x");
  });
  const { ask } = await serve(context, app);
  return { results, sent: (await ask()).headers };
}

function resultOf(res: Response, [method, ...parameters]: Step): unknown {
  try {
    const methods = res as unknown as Record<string, (...given: unknown[]) => unknown>;
    const result = methods[method]?.apply(res, parameters);
    return result === res ? "itself" : result;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

for (const [name, steps] of scripts) {
  test(`behaves as Node's own headers: ${name}`, async (context) => {
    const node = await run(context, steps, false);
    const kept = await run(context, steps, true);
    assert.deepEqual(kept.results, node.results);
    for (const [key, value] of Object.entries(node.sent))
      if (key !== "date") assert.deepEqual(kept.sent[key], value, key);
    assert.equal("date" in kept.sent, "date" in node.sent);
  });
}

/** With what Node takes besides what its types say. */
function writeHead(res: Response, ...parameters: readonly unknown[]): Response {
  return (res as unknown as { writeHead: (...given: readonly unknown[]) => Response }).writeHead(
    ...parameters,
  );
}

const cookies = ["a=1", "b=2"];
const heads: readonly [name: string, write: (res: Response) => void][] = [
  ["an object", (res) => void res.writeHead(201, { "X-A": "2", "Set-Cookie": cookies }).end("x")],
  [
    "a flat list",
    (res) => void res.writeHead(201, ["X-A", "2", "Set-Cookie", "a=1", "Set-Cookie", "b=2"]).end("x"),
  ],
  [
    "pairs",
    (res) =>
      void writeHead(res, 201, [
        ["X-A", 2],
        ["Set-Cookie", cookies],
      ]).end("x"),
  ],
  ["lists in a flat list", (res) => void writeHead(res, 201, ["X-A", 2, "Set-Cookie", cookies]).end("x")],
  // As proxies of one answer write another: HTTP/2 has no phrase.
  ["no phrase", (res) => void writeHead(res, 201, undefined, { "X-A": "2", "Set-Cookie": cookies }).end("x")],
  [
    "null for a phrase",
    (res) => void writeHead(res, 201, null, { "X-A": "2", "Set-Cookie": cookies }).end("x"),
  ],
  ["a phrase", (res) => void res.writeHead(201, "Fine", { "X-A": "2", "Set-Cookie": cookies }).end("x")],
  [
    "headers set before",
    (res) => void res.set({ "X-A": "2", "Set-Cookie": cookies }).writeHead(201).end("x"),
  ],
];
for (const [name, write] of heads) {
  test(`a head written with ${name} keeps its headers and gets ours`, async (context) => {
    const { raw } = await serveProtected(context, (app) => {
      app.get("/", (_req, res) => {
        res.setHeader("X-A", "1");
        write(res);
      });
    });
    const text = await raw(
      "GET / HTTP/1.1\r\nHost: localhost:3000\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: http\r\nConnection: close\r\n\r\n",
    );
    assert.match(text, name === "a phrase" ? /^HTTP\/1\.1 201 Fine\r\n/ : /^HTTP\/1\.1 201 Created\r\n/);
    for (const line of ["X-A: 2", "Set-Cookie: a=1", "Set-Cookie: b=2", "X-Content-Type-Options: nosniff"])
      assert.equal(text.split(`${line}\r\n`).length, 2, line);
    assert.doesNotMatch(text, /X-A: 1/);
  });
}

test("headers after the head are refused as Node refuses them", async (context) => {
  const codes: unknown[] = [];
  const { ask } = await serveProtected(context, (app) => {
    app.get("/", (_req, res) => {
      res.write("a");
      for (const step of [set("X-A", "1"), append("X-A", "1"), remove("X-A")])
        codes.push(resultOf(res, step));
      res.end("b");
    });
  });
  assert.equal((await ask()).body, "ab");
  assert.deepEqual(
    codes,
    Array.from({ length: 3 }, () => "ERR_HTTP_HEADERS_SENT"),
  );
});

test("headers set before the pipeline saw the answer are kept", async (context) => {
  const app = express();
  app.use(headers());
  app.get("/", (_req, res) => void res.set("X-B", "2").send("x"));
  const { ask } = await serve(context, (req, res) => {
    res.setHeader("Connection", "close");
    res.setHeader("X-A", "1");
    app(req, res);
  });
  const { headers: sent } = await ask();
  assert.deepEqual([sent["x-a"], sent["x-b"], sent.connection], ["1", "2", "close"]);
  assert.equal(sent["x-frame-options"], "DENY");
});

test("a block of headers is sent once, and what the route said stays", () => {
  const list = new HeaderList();
  list.set("x-frame-options", "SAMEORIGIN");
  const sent = list.withMissing({
    block: ["X-Frame-Options", "DENY", "X-A", "1"],
    keys: new Set(["x-frame-options", "x-a"]),
  });
  assert.deepEqual(sent, ["x-frame-options", "SAMEORIGIN", "X-A", "1"]);
});
