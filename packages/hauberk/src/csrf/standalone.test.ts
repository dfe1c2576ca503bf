import assert from "node:assert/strict";
import path from "node:path";
import { test, type TestContext } from "node:test";
import express, { type ErrorRequestHandler, type RequestHandler } from "express";
import { cookieOf, ORIGIN, SECRET, serve, type TestServer } from "../../test/gate.ts";
import { body } from "../body/index.ts";
import { ConfigError } from "../errors/config-error.ts";
import { origin } from "../origin/index.ts";
import { createCsrfFetch } from "./browser.ts";
import { csrf, csrfToken } from "./index.ts";

const quiet: ErrorRequestHandler = (error: { status?: number; code?: string }, _req, res, _next) => {
  res.status(error.status ?? 500).send(error.code);
};

async function serveAlone(context: TestContext, ...before: RequestHandler[]): Promise<TestServer> {
  const app = express();
  for (const handler of before) app.use(handler);
  app.use(csrf({ secrets: [SECRET], insecureHttpCookies: true }));
  app.get("/csrf-token", csrfToken());
  app.use((req, res) => {
    res.send(`did ${req.method}`);
  });
  app.use(quiet);
  return serve(context, app);
}

/** As `method-override` does it. */
const override: RequestHandler = (req, _res, next) => {
  Object.assign(req, { originalMethod: req.method, method: "GET" });
  next();
};

test("works without hauberk(): headers first, then a token bound to a cookie", async (context) => {
  const server = await serveAlone(context, origin({ origins: [ORIGIN] }), body());
  const page = await server.send({ path: "/csrf-token" });
  const { token } = JSON.parse(page.body) as { token: string };
  const Cookie = cookieOf(page, "csrf") ?? "";
  assert.equal(page.headers["cache-control"], "no-store");
  const form = { Cookie, "Content-Type": "application/x-www-form-urlencoded" };
  assert.equal((await server.send({ method: "POST", headers: form, body: `_csrf=${token}` })).status, 200);
  assert.equal(
    (await server.send({ method: "POST", headers: { Cookie, "X-CSRF-Token": token } })).status,
    200,
  );
  assert.equal(
    (await server.send({ method: "POST", headers: { "Sec-Fetch-Site": "same-origin" } })).status,
    200,
  );
  assert.equal((await server.send({ method: "POST", headers: { "X-CSRF-Token": token } })).status, 403);
  assert.equal(
    (await server.send({ method: "POST", headers: { ...form, Origin: "https://evil.example" } })).status,
    403,
  );
});

test("puts the token into routes and templates, and into no page that has no form", async (context) => {
  const app = express();
  app.use(origin({ origins: [ORIGIN] }), csrf({ secrets: [SECRET], insecureHttpCookies: true }));
  app.engine("txt", (_path, options, done) => {
    const { csrftoken } = options as { readonly csrftoken: { toString: () => string } };
    done(null, csrftoken.toString());
  });
  app.get("/", (_req, res) => void res.send(res.locals.csrftoken));
  app.get("/form", (_req, res) => void res.send(res.locals.csrftokenFor("/act")));
  app.get("/view", (_req, res) => res.render(path.join(import.meta.dirname, "../../test/views/any.txt")));
  app.get("/bare", (_req, res) => void res.send("bare"));
  const server = await serve(context, app);
  for (const location of ["/", "/form", "/view"]) {
    const page = await server.send({ path: location });
    assert.match(page.body, /^[\w.-]{40,}$/, location);
    assert.ok(cookieOf(page, "csrf"), `${location} sets the cookie the token is bound to`);
  }
  assert.equal(cookieOf(await server.send({ path: "/bare" }), "csrf"), undefined);
});

test("refuses every request when no origin() ran before it", async (context) => {
  const server = await serveAlone(context);
  for (const method of ["GET", "POST"]) {
    const answer = await server.send({ method, headers: { Origin: ORIGIN } });
    assert.deepEqual([answer.status, answer.body], [500, "CSRF_WITHOUT_ORIGIN"]);
  }
});

test("refuses a POST that an override mounted too early calls GET", async (context) => {
  const server = await serveAlone(context, override, origin({ origins: [ORIGIN] }));
  const answer = await server.send({ method: "POST", headers: { "Sec-Fetch-Site": "cross-site" } });
  assert.deepEqual([answer.status, answer.body], [400, "METHOD_OVERRIDE_REFUSED"]);
});

test("checks the real method when an override is mounted between origin() and csrf()", async (context) => {
  const server = await serveAlone(context, origin({ origins: [ORIGIN] }), override);
  const answer = await server.send({ method: "POST", headers: { "Sec-Fetch-Site": "cross-site" } });
  assert.deepEqual([answer.status, answer.body], [403, "CSRF_REFUSED"]);
});

test("stops the start on options it does not know", () => {
  assert.throws(() => csrf({ secrets: [SECRET], cookie: true } as never), ConfigError);
  assert.throws(() => csrf({} as never), ConfigError);
  assert.throws(() => csrf((() => undefined) as never), ConfigError);
});

test("brings the token along from a page, renews it after a login, and gives it to nobody else", async (context) => {
  const asked: string[] = [];
  let current = "first";
  context.mock.method(globalThis, "fetch", async (input: string | Request) => {
    const request = new Request(input);
    const token = request.headers.get("X-CSRF-Token");
    asked.push(`${request.method} ${request.url} ${token ?? "-"} ${await request.text()}`.trim());
    if (request.url.endsWith("/csrf-token")) return Response.json({ token: current });
    const ok =
      request.method === "GET" || token === current || request.url.startsWith("https://other.example");
    return new Response(null, { status: ok ? 200 : 403 });
  });
  const send = createCsrfFetch("https://app.example/csrf-token");
  assert.equal((await send("https://app.example/notes")).status, 200);
  assert.equal((await send("https://app.example/notes", { method: "POST", body: "a" })).status, 200);
  current = "second";
  assert.equal((await send("https://app.example/notes", { method: "PUT", body: "b" })).status, 200);
  assert.equal((await send("https://other.example/", { method: "POST", body: "c" })).status, 200);
  assert.deepEqual(asked, [
    "GET https://app.example/notes -",
    "GET https://app.example/csrf-token -",
    "POST https://app.example/notes first a",
    "PUT https://app.example/notes first b",
    "GET https://app.example/csrf-token -",
    "PUT https://app.example/notes second b",
    "POST https://other.example/ - c",
  ]);
});

test("asks for a token again after it could not be had, and sends nothing without one", async (context) => {
  const asked: string[] = [];
  let up = false;
  context.mock.method(globalThis, "fetch", (input: string | Request) => {
    const { url, method } = new Request(input);
    asked.push(`${method} ${new URL(url).pathname}`);
    if (!url.endsWith("/csrf-token")) return Promise.resolve(new Response());
    return Promise.resolve(up ? Response.json({ token: "t" }) : new Response("<p>busy", { status: 503 }));
  });
  const send = createCsrfFetch("https://app.example/csrf-token");
  const post = (): Promise<Response> => send("https://app.example/notes", { method: "POST" });
  await assert.rejects(post(), /answered 503/);
  up = true;
  assert.equal((await post()).status, 200);
  assert.deepEqual(asked, ["GET /csrf-token", "GET /csrf-token", "POST /notes"]);
});

test("does not send twice what is refused although its token is fresh", async (context) => {
  let sent = 0;
  context.mock.method(globalThis, "fetch", (input: string | Request) => {
    if (new Request(input).url.endsWith("/csrf-token")) return Promise.resolve(Response.json({ token: "t" }));
    sent += 1;
    return Promise.resolve(new Response(null, { status: 403 }));
  });
  const send = createCsrfFetch("https://app.example/csrf-token");
  assert.equal((await send("https://app.example/forbidden", { method: "POST" })).status, 403);
  assert.equal(sent, 1);
});
