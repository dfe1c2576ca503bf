import assert from "node:assert/strict";
import { test } from "node:test";
import type { Application, Request, Response } from "express";
import { serveProtected } from "../../test/served.ts";

const facts = (req: Request): Record<string, unknown> => ({
  id: req.id,
  clientAddress: req.clientAddress,
  ip: req.ip,
  scheme: req.scheme,
  protocol: req.protocol,
  secure: req.secure,
  host: req.host,
  hostname: req.hostname,
  canonicalOrigin: req.canonicalOrigin,
});

async function factsOver(
  context: Parameters<typeof serveProtected>[0],
  scheme: "http" | "https",
  headers = {},
) {
  const { ask } = await serveProtected(context, (app) => {
    app.get("/", (req, res) => void res.json(facts(req)));
  });
  return JSON.parse((await ask({ scheme, headers })).body) as ReturnType<typeof facts>;
}

test("a request says who asked, over what, for which origin", async (context) => {
  const { id, ...rest } = await factsOver(context, "https");
  assert.match(String(id), /^[\w-]{22}$/);
  assert.deepEqual(rest, {
    clientAddress: "203.0.113.9",
    ip: "203.0.113.9",
    scheme: "https",
    protocol: "https",
    secure: true,
    host: "app.example",
    hostname: "app.example",
    canonicalOrigin: "https://app.example",
  });
});

test("a port belongs to the host and not to the hostname", async (context) => {
  const { host, hostname, secure } = await factsOver(context, "http");
  assert.deepEqual([host, hostname, secure], ["localhost:3000", "localhost", false]);
});

test("a request id is not taken from the client", async (context) => {
  const { id } = await factsOver(context, "http", { "X-Request-Id": "forged", "Request-Id": "forged" });
  assert.notEqual(id, "forged");
});

test("another id that a logger assigns is not taken over, and assigning is no failure", async (context) => {
  const { ask } = await serveProtected(context, (app) => {
    app.get("/", (req, res) => {
      const before: unknown = req.id;
      Object.assign(req, { id: "other" });
      res.json(before === req.id);
    });
  });
  assert.equal((await ask()).body, "true");
});

test("a refused request can be shown its own facts by the error page", async (context) => {
  const { ask } = await serveProtected(context, () => undefined, {
    errors: {
      render: (page, req) => `${page.status} [${req.host}] [${req.hostname}] [${req.canonicalOrigin}]`,
    },
  });
  const answer = await ask({ headers: { Host: "evil.example", Accept: "text/html" } });
  assert.equal(answer.body, "421 [] [] []");
});

function cookieRoute(value: string, options: object = {}) {
  return (app: Application): void => {
    app.get("/", (_req, res: Response) => {
      res.cookie("small", "1");
      res.cookie("c", value, options);
      res.end("sent");
    });
  };
}

const cookies: readonly [name: string, value: string, status: number][] = [
  ["4096 bytes of name and value are kept by browsers", "x".repeat(4095), 200],
  ["one byte more is refused", "x".repeat(4096), 500],
  ["bytes count after encoding", "\u20ac".repeat(500), 500],
];
for (const [name, value, status] of cookies) {
  test(`cookie: ${name}`, async (context) => {
    const { ask } = await serveProtected(context, cookieRoute(value, { path: "/somewhere", httpOnly: true }));
    const answer = await ask();
    assert.equal(answer.status, status);
    if (status === 500) {
      assert.match(answer.body, /COOKIE_TOO_LARGE/);
      assert.equal(answer.headers["set-cookie"], undefined);
    }
  });
}
