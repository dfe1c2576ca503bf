import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
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

const mounted = [
  "a mount",
  (app: express.Application, inner: express.Application) => app.use("/inner", inner),
] as const;
/** As a package has it that brings its own: nothing of it is the same object. */
function otherExpress(): typeof express {
  const require = createRequire(import.meta.url);
  const modules = Object.keys(require.cache).filter((file) => file.includes("/node_modules/express/"));
  for (const file of modules) Reflect.deleteProperty(require.cache, file);
  return require("express") as typeof express;
}
const copies = [
  ["", express],
  [" of another copy of Express", otherExpress()],
] as const;
const combinations = [mounted, ...ways].flatMap(([name, put]) =>
  copies.map((copy) => [name, put, ...copy] as const),
);
for (const [name, put, which, makeApp] of combinations) {
  test(`an app${which} behind ${name} has what a mounted one has`, async (context) => {
    const { ask } = await serveProtected(context, (app) => {
      const inner = makeApp().set("views", join(import.meta.dirname, "../../test/views"));
      inner.engine("txt", (_file, variables, done) => {
        done(null, String((variables as { cspNonce?: unknown }).cspNonce));
      });
      const deeper = makeApp();
      deeper.get(
        "{/*path}",
        (req, res) => void res.json({ id: req.id, seen: Reflect.get(req.session, "seen") as unknown }),
      );
      inner.get("{/*path}", (req, res, next) => {
        if (req.originalUrl.includes("away")) res.redirect("https://evil.example/");
        else if (req.originalUrl.includes("page")) res.render("any.txt");
        else if (req.originalUrl.includes("deeper")) deeper(req, res, next);
        else
          res.json({
            seen: Reflect.get(req.session, "seen") as unknown,
            ip: req.ip,
            origin: [req.canonicalOrigin, req.scheme, req.clientAddress, req.hostname],
            query: req.query["a"],
            nonce: res.locals.cspNonce.length,
            token: res.locals.csrftoken !== "",
            own: res.locals["own"] as unknown,
          });
      });
      app.use((req, res, next) => {
        Object.assign(req.session, { seen: 1 });
        res.locals["own"] = "mine";
        next();
      });
      put(app, inner);
    });
    for (const round of [1, 2]) {
      const { body, headers } = await ask({ path: `/inner?a=${round}` });
      assert.deepEqual(JSON.parse(body), {
        seen: 1,
        ip: "203.0.113.9",
        origin: ["http://localhost:3000", "http", "203.0.113.9", "localhost"],
        query: String(round),
        nonce: 24,
        token: true,
        own: "mine",
      });
      assert.equal(headers["cache-control"], "no-store");
      for (const header of ["content-security-policy", "permissions-policy"])
        assert.ok(headers[header], header);
      assert.equal(headers["x-powered-by"], undefined);
      assert.match(String(headers["set-cookie"]), /sid=/, "the session was saved");
    }
    assert.match((await ask({ path: "/inner/deeper" })).body, /^\{"id":"[\w-]{22}","seen":1\}$/);
    assert.match((await ask({ path: "/inner/away" })).body, /"REDIRECT_REFUSED"/);
    assert.match((await ask({ path: "/inner?a=1&a=2" })).body, /"QUERY_REFUSED"/);
    assert.match((await ask({ path: "/inner/page" })).body, /^[\w-]{24}$/);
  });
}

for (const [name, put] of ways) {
  test(`a protected app behind ${name} of another protected app is refused`, async (context) => {
    const inner = express();
    const innerPipeline = hauberk(inner, options());
    context.after(innerPipeline.close);
    inner.get("{/*path}", (_req, res) => void res.send("inner"));
    const { ask } = await serveProtected(context, (app) => put(app, inner));
    const { status, body, headers } = await ask({ path: "/inner" });
    assert.equal(status, 500);
    assert.doesNotMatch(body, /inner/);
    assert.ok(headers["content-security-policy"]);
  });
}

test("an app inside has its session also where an app nobody protects calls the protected one", async (context) => {
  const app = express();
  const secure = hauberk(app, { ...options(), limit: false });
  context.after(secure.close);
  const inner = express();
  inner.get("/", (req, res) => void res.json({ id: req.id.length, session: typeof req.session }));
  app.use(Router().use("/inner", inner));
  const outer = express().use((req, res) => void app(req, res));
  const { ask } = await serve(context, outer);
  const { body } = await ask({ path: "/inner", headers: { "Sec-Fetch-Site": "same-origin" } });
  assert.equal(body, '{"id":22,"session":"object"}');
});

test("an app that two protected apps share has each one's session", async (context) => {
  const inner = express();
  inner.get("/", (req, res) => void res.json(Reflect.get(req.session, "whose")));
  for (const whose of ["first", "second", "first"]) {
    const { ask } = await serveProtected(context, (app) => {
      app.use((req, _res, next) => {
        Object.assign(req.session, { whose });
        next();
      });
      app.use(Router().use("/inner", inner));
    });
    assert.equal((await ask({ path: "/inner" })).body, JSON.stringify(whose));
  }
});

test("an app that was not protected is left as it was", async (context) => {
  const app = express();
  app.get("/", (req, res) => {
    res.locals["own"] = Object.keys(res.locals).length;
    const own = Object.hasOwn(res, "locals") ? res.locals : undefined;
    res.json({ ip: req.ip, secure: req.secure, own });
  });
  const { ask } = await serve(context, app);
  const { headers, body } = await ask({ scheme: "https" });
  assert.match(body, /"own":\{"own":0\}/);
  assert.equal(headers["content-security-policy"], undefined);
  assert.equal(headers["x-powered-by"], "Express");
  assert.match(body, /"secure":false/);
});
