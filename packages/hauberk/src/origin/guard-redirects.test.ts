import assert from "node:assert/strict";
import { test } from "node:test";
import type { Application } from "express";
import { collectEvents, HOST, ORIGIN, serveProtected } from "../../test/gate.ts";

function routes(app: Application): void {
  app.get("/next", (req, res) => {
    const { to } = req.query;
    res.redirect(typeof to === "string" ? to : "/");
  });
  app.get("/created", (req, res) => {
    const { to } = req.query;
    res
      .status(201)
      .location(typeof to === "string" ? to : "/")
      .end();
  });
}

const at = (path: string, to: string): { path: string } => ({ path: `${path}?to=${encodeURIComponent(to)}` });

test("follows a redirect within the application", async (context) => {
  const server = await serveProtected(context, routes);
  for (const to of ["/login", "notes", "http://localhost:3000/x", "?a=b"]) {
    const answer = await server.send(at("/next", to));
    assert.deepEqual([answer.status, answer.headers.location], [302, to]);
  }
});

for (const to of [
  "https://evil.example/",
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "javascript:alert(1)",
  "https://localhost:3000/",
]) {
  test(`refuses to redirect or point to ${JSON.stringify(to)}`, async (context) => {
    const server = await serveProtected(context, routes);
    const events = collectEvents(context);
    for (const path of ["/next", "/created"]) {
      const answer = await server.send(at(path, to));
      assert.equal(answer.status, 400);
      assert.equal(answer.headers.location, undefined);
      assert.match(answer.body, /REDIRECT_REFUSED/);
    }
    assert.deepEqual(
      events.map(({ name }) => name),
      ["redirect.refused", "redirect.refused"],
    );
  });
}

test("leads to a listed origin, and to no other spelling of it", async (context) => {
  const server = await serveProtected(context, routes, { redirectTo: ["https://pay.example"] });
  assert.equal((await server.send(at("/next", "https://pay.example/checkout"))).status, 302);
  assert.equal((await server.send(at("/next", "http://pay.example/checkout"))).status, 400);
  assert.equal((await server.send(at("/next", "https://pay.example:8443/"))).status, 400);
});

test("follows a redirect within the application for a request that names the whole URL", async (context) => {
  const server = await serveProtected(context, routes);
  const head = `Host: ${HOST}\r\nConnection: close\r\n\r\n`;
  const answer = await server.raw(`GET ${ORIGIN}/next?to=/login HTTP/1.1\r\n${head}`);
  assert.match(answer, /^HTTP\/1\.1 302 [^]*\r\nLocation: \/login\r\n/i);
});
