import assert from "node:assert/strict";
import { createServer, IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import express from "express";
import type { ExtensibleApplication } from "./express-internals.ts";
import { messageClasses } from "./messages.ts";

test("a request and its response are the app's before it sees them, and Node's own as well", async (t) => {
  const app = express() as unknown as ExtensibleApplication;
  const seen: object[] = [];
  app.use((req, res) => {
    seen.push(req, res);
    res.json({ ip: req.ip, isRequest: req instanceof IncomingMessage });
  });
  const server = createServer(messageClasses(app), (req, res) => {
    assert.equal(Object.getPrototypeOf(req), app.request);
    assert.equal(Object.getPrototypeOf(res), app.response);
    assert.ok(res instanceof ServerResponse);
    app(req, res);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  assert.deepEqual(await answer.json(), { ip: "127.0.0.1", isRequest: true });
  assert.equal(seen.length, 2);
});

test("an app mounted in another gives its own kind and the outer app its own back", async (t) => {
  const outer = express() as unknown as ExtensibleApplication;
  const inner = express() as unknown as ExtensibleApplication;
  const kinds: boolean[] = [];
  inner.use((req, _res, next) => {
    kinds.push(Object.getPrototypeOf(req) === inner.request);
    next();
  });
  outer.use("/inner", inner);
  outer.use((req, res) => {
    kinds.push(Object.getPrototypeOf(req) === outer.request);
    res.end();
  });
  const server = createServer(messageClasses(outer), outer);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  t.after(() => server.close());
  await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/inner`);
  assert.deepEqual(kinds, [true, true]);
});
