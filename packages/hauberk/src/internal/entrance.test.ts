import assert from "node:assert/strict";
import { test } from "node:test";
import express, { Router, type RequestHandler } from "express";
import { serve, serveProtected } from "../../test/served.ts";
import { ConfigError } from "../errors/config-error.ts";
import { hauberk } from "../hauberk.ts";
import { memoryStore } from "../session/memory.ts";
import type { HauberkOptions } from "../options.ts";

const options = (): HauberkOptions => ({
  origins: ["http://localhost:3000"],
  secrets: ["Zk3vQ8rT1mYw6xLb9nCd4hJf7pSg2aUe"],
  session: { store: memoryStore() },
});

const withCode =
  (code: string, ...words: RegExp[]) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof ConfigError, String(error));
    assert.equal(error.code, code);
    for (const word of words) assert.match(error.message, word);
    return true;
  };

const notApps: readonly [name: string, app: unknown][] = [
  ["nothing", undefined],
  ["null", null],
  ["a plain object", { use: () => undefined, handle: () => undefined, router: { stack: [] } }],
  ["the express function itself", express],
  ["a Router, which has no answers of its own", Router()],
  ["a request handler", () => undefined],
  [
    "something like Express 4, whose router throws when it is read",
    Object.defineProperty(
      Object.assign(() => undefined, { handle: () => undefined }),
      "router",
      {
        get() {
          throw new Error("'app.router' is deprecated!");
        },
      },
    ),
  ],
];
for (const [name, app] of notApps) {
  test(`refuses to protect ${name}`, () => {
    assert.throws(() => hauberk(app as never, options()), withCode("APP_INVALID", /Express 5/));
  });
}

const mounts: readonly [name: string, mount: (app: express.Application) => void, shown: RegExp][] = [
  ["a middleware", (app) => app.use(function leak() {}), /"leak"/],
  [
    "a nameless middleware",
    (app) =>
      app.use(
        (
          () => () =>
            undefined
        )(),
      ),
    /a handler without a name/,
  ],
  ["a route", (app) => app.get("/", (_req, res) => void res.end()), /handle/],
  ["a router", (app) => app.use(Router()), /router/],
  ["static files", (app) => app.use(express.static(".")), /serveStatic/],
];
for (const [name, mount, shown] of mounts) {
  test(`refuses an app that already has ${name}`, () => {
    const app = express();
    mount(app);
    assert.throws(() => hauberk(app, options()), withCode("APP_HAS_ROUTES", shown));
  });
}

test("refuses to protect an app twice", () => {
  const app = express();
  hauberk(app, options());
  assert.throws(() => hauberk(app, options()), withCode("APP_PROTECTED_TWICE"));
});

test("a start that failed on an option may be tried again", () => {
  const app = express();
  assert.throws(() => hauberk(app, { ...options(), secrets: [] }), ConfigError);
  hauberk(app, options());
});

test("refuses to be mounted inside another app", () => {
  const inner = express();
  hauberk(inner, options());
  assert.throws(() => express().use(inner), withCode("APP_MOUNTED"));
});

const passOn: RequestHandler = function passOn(_req, _res, next) {
  next();
};
type Stack = { handle: unknown }[];
const stackOf = (app: express.Application): Stack =>
  (app as unknown as { router: { stack: Stack } }).router.stack;
const bypasses: readonly [name: string, change: (stack: Stack, layer: { handle: unknown }) => void][] = [
  ["a handler put in front", (stack, layer) => stack.unshift(layer)],
  ["a handler in place of the protections", (stack, layer) => stack.splice(0, 1, layer)],
  ["a handler in front of a removed one", (stack, layer) => stack.splice(0, 1, layer, layer)],
  ["an empty router", (stack) => stack.splice(0)],
  [
    "protections whose handler was replaced",
    (stack) => {
      const [layer] = stack;
      if (layer !== undefined) layer.handle = passOn;
    },
  ],
];
for (const [name, change] of bypasses) {
  test(`does not listen with ${name}`, async () => {
    const app = express();
    const secure = hauberk(app, options());
    const donor = express().use(passOn);
    change(stackOf(app), stackOf(donor)[0] ?? { handle: passOn });
    await assert.rejects(async () => secure.listen({ port: 0 }), withCode("PIPELINE_BYPASSED"));
    await secure.close();
  });
}

test("routes, routers and apps mounted afterwards do not count as a bypass", async (context) => {
  const app = express();
  const secure = hauberk(app, { ...options(), limit: false });
  app.use(passOn, Router());
  app.use("/sub", express());
  app.get("/", (_req, res) => void res.end("ok"));
  const server = await secure.listen({ port: 0, handleSignals: false, insecureServeAsRoot: true });
  context.after(server.close);
  const answer = await fetch(server.url, { headers: { accept: "*/*" } });
  assert.equal(answer.status, 421);
});

test("what no route answers is a 404 with the header set", async (context) => {
  const { ask } = await serveProtected(context, () => undefined);
  const { status, headers, body } = await ask({ path: "/account/x.css" });
  assert.equal(status, 404);
  assert.match(body, /"code":"NOT_FOUND"/);
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.equal(headers["cache-control"], "no-store");
});

test("no answer says what made it, not even one of an app mounted inside", async (context) => {
  const { ask } = await serveProtected(context, (app) => {
    const inner = express();
    inner.get("/", (_req, res) => void res.send("inner"));
    app.use("/inner", inner);
    app.get("/", (_req, res) => void res.send("outer"));
  });
  for (const path of ["/", "/inner", "/inner/none"]) {
    const { headers } = await ask({ path });
    for (const name of ["x-powered-by", "server"])
      assert.equal(headers[name], undefined, `${name} at ${path}`);
    assert.ok(headers["content-security-policy"], path);
  }
});

const ways: readonly [name: string, put: (app: express.Application, inner: express.Application) => void][] = [
  ["a router", (app, inner) => app.use(Router().use("/inner", inner))],
  ["a route", (app, inner) => app.all("/inner{/*rest}", inner)],
  ["a handler that calls it", (app, inner) => app.use((req, res, next) => void inner(req, res, next))],
];
for (const [name, put] of ways) {
  test(`an app behind ${name} answers with the header set and with what was set before it`, async (context) => {
    const { ask } = await serveProtected(context, (app) => {
      const inner = express();
      inner.get("{/*path}", (req, res) => {
        if (req.originalUrl.endsWith("fails")) throw new Error("inner");
        if (req.originalUrl.endsWith("written")) res.writeHead(200, { "Set-Cookie": "a=b" }).end("x");
        else res.send("inner");
      });
      app.use((req, res, next) => {
        Object.assign(req.session, { seen: true });
        res.vary("Accept-Language");
        next();
      });
      put(app, inner);
    });
    for (const path of ["/inner", "/inner/written", "/inner/fails"]) {
      const { headers, status } = await ask({ path });
      assert.equal(status, path.endsWith("fails") ? 500 : 200);
      for (const header of ["content-security-policy", "permissions-policy", "referrer-policy"])
        assert.ok(headers[header], `${header} at ${path}`);
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["x-powered-by"], undefined);
      assert.match(String(headers["set-cookie"]), /sid=/, "the session was saved");
      if (!path.endsWith("fails")) assert.equal(headers.vary, "Accept-Language");
    }
  });
}

test("an app that was not protected is left as it was", async (context) => {
  const app = express();
  app.get("/", (req, res) => void res.json({ ip: req.ip, secure: req.secure }));
  const { ask } = await serve(context, app);
  const { headers, body } = await ask({ scheme: "https" });
  assert.equal(headers["content-security-policy"], undefined);
  assert.equal(headers["x-powered-by"], "Express");
  assert.match(body, /"secure":false/);
});
