import assert from "node:assert/strict";
import { test } from "node:test";
import type { Application } from "express";
import { collectEvents, HOST, ORIGIN, serveProtected } from "../../test/gate.ts";

function echo(app: Application): void {
  app.use((req, res) => {
    const { clientAddress, scheme, canonicalOrigin, url, host, hostname, ip, protocol, secure } = req;
    res.json({ clientAddress, scheme, canonicalOrigin, url, host, hostname, ip, protocol, secure });
  });
}

test("gives every route one view of who asked and where", async (context) => {
  const server = await serveProtected(context, echo);
  const answer = await server.send({ path: "/a?b" });
  assert.deepEqual(JSON.parse(answer.body), {
    clientAddress: "127.0.0.1",
    scheme: "http",
    canonicalOrigin: ORIGIN,
    url: "/a?b",
    host: HOST,
    hostname: "localhost",
    ip: "127.0.0.1",
    protocol: "http",
    secure: false,
  });
});

test("lets no forwarding header change that view without a declared proxy", async (context) => {
  const server = await serveProtected(context, echo);
  const headers = {
    "X-Forwarded-For": "6.6.6.6",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Port": "443",
    Forwarded: "for=6.6.6.6;host=evil.example;proto=https",
    "X-Real-IP": "6.6.6.6",
    "X-Host": "evil.example",
    "X-Original-URL": "/admin",
    "X-Rewrite-URL": "/admin",
  };
  const [plain, forged] = await Promise.all([server.send(), server.send({ headers })]);
  assert.equal(forged.body, plain.body);
});

test("takes the view of a declared proxy", async (context) => {
  const server = await serveProtected(context, echo, {
    origins: ["https://app.example"],
    proxy: "loopback",
    insecureHttpCookies: false,
  });
  const headers = {
    Host: "app.example",
    "X-Forwarded-For": "6.6.6.6, 198.51.100.4",
    "X-Forwarded-Proto": "https",
  };
  const view: unknown = JSON.parse((await server.send({ headers })).body);
  assert.deepEqual(view, {
    clientAddress: "198.51.100.4",
    scheme: "https",
    canonicalOrigin: "https://app.example",
    url: "/",
    host: "app.example",
    hostname: "app.example",
    ip: "198.51.100.4",
    protocol: "https",
    secure: true,
  });
});

const RAW: readonly [title: string, request: string, status: number][] = [
  ["the usual request", `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`, 200],
  ["another host", "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421],
  [
    "two Host headers",
    `GET / HTTP/1.1\r\nHost: ${HOST}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
    400,
  ],
  [
    "two equal Host headers",
    `GET / HTTP/1.1\r\nHost: ${HOST}\r\nhost: ${HOST}\r\nConnection: close\r\n\r\n`,
    400,
  ],
  ["no Host header", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
  ["no Host header in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 400],
  ["an empty Host header", "GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", 400],
  [
    "absolute-form of another host",
    `GET http://evil.example/ HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`,
    400,
  ],
  [
    "absolute-form of this host",
    `GET http://${HOST}/ HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`,
    200,
  ],
  ["a network path", `GET //evil.example/ HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`, 400],
  ["dot segments", `GET /a/../b HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`, 400],
  ["a backslash", `GET /a\\b HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`, 400],
  ["a fragment", `GET /a#b HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`, 400],
  ["GET *", `GET * HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`, 400],
];

for (const [title, request, status] of RAW) {
  test(`answers ${title} with ${status}`, async (context) => {
    const server = await serveProtected(context, echo);
    const answer = await server.raw(request);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.match(answer, /\r\nContent-Security-Policy: /i);
  });
}

test("tells the client a code and the event the reason", async (context) => {
  const events = collectEvents(context);
  const server = await serveProtected(context, echo);
  const answer = await server.send({ path: "/a%2fb?secret=1" });
  assert.equal(answer.status, 400);
  assert.doesNotMatch(answer.body, /encoded-slash|%2f/);
  assert.equal((JSON.parse(answer.body) as { code: string }).code, "PATH_REFUSED");
  const [event] = events;
  assert.equal(events.length, 1);
  assert.equal(event?.name, "origin.refused");
  assert.equal(event?.because, "encoded-slash");
  assert.equal(event?.path, "/a%2fb");
});

test("sends pages to https and refuses forms over http, with the header set", async (context) => {
  const server = await serveProtected(context, echo, { origins: ["https://app.example"] });
  const headers = { Host: "app.example" };
  const page = await server.send({ headers, path: "/a?b" });
  assert.equal(page.status, 308);
  assert.equal(page.headers.location, "https://app.example/a?b");
  const form = await server.send({ headers, method: "POST", body: "password=x" });
  assert.equal(form.status, 403);
  assert.equal(form.headers.location, undefined);
  for (const answer of [page, form]) assert.ok(answer.headers["content-security-policy"]);
});
