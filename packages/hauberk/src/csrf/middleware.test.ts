import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Application } from "express";
import {
  collectEvents,
  cookieOf,
  ORIGIN,
  serveProtected,
  type Answer,
  type TestServer,
} from "../../test/gate.ts";
import type { HauberkOptions } from "../options.ts";

const FORM = "application/x-www-form-urlencoded";

function routes(app: Application): void {
  app.get("/form", (_req, res) => {
    res.send(res.locals.csrftoken);
  });
  app.get("/public", (_req, res) => {
    res.send("hello");
  });
  app.post("/login", (req, res, next) => {
    req.session.login("alice").then(() => res.send(res.locals.csrftoken), next);
  });
  app.use("/act", (req, res) => {
    res.send(`did ${req.method}`);
  });
}

interface Visitor {
  readonly server: TestServer;
  readonly cookie: string;
  readonly token: string;
}

/** Somebody with a form open in a browser that sends no Fetch Metadata. */
async function visit(context: TestContext, options: Partial<HauberkOptions> = {}): Promise<Visitor> {
  const server = await serveProtected(context, routes, options);
  const page = await server.send({ path: "/form" });
  return { server, cookie: cookieOf(page, "csrf") ?? "", token: page.body };
}

function post(visitor: Visitor, headers: Record<string, string>, body = ""): Promise<Answer> {
  return visitor.server.send({
    method: "POST",
    path: "/act",
    headers: { Cookie: visitor.cookie, "Content-Type": FORM, ...headers },
    body,
  });
}

test("lets a form of one's own page pass by its headers alone", async (context) => {
  const visitor = await visit(context);
  assert.equal((await post(visitor, { "Sec-Fetch-Site": "same-origin", Cookie: "" })).body, "did POST");
  assert.equal((await post(visitor, { Origin: ORIGIN, Cookie: "" })).body, "did POST");
});

test("lets a form without telling headers pass by its token, in the field or in the header", async (context) => {
  const visitor = await visit(context);
  assert.equal((await post(visitor, {}, `_csrf=${visitor.token}`)).body, "did POST");
  assert.equal((await post(visitor, { "X-CSRF-Token": visitor.token })).body, "did POST");
  assert.equal((await post(visitor, { Origin: "null" }, `_csrf=${visitor.token}`)).body, "did POST");
  assert.equal(
    (await post(visitor, { "Sec-Fetch-Site": "none" }, `_csrf=${visitor.token}`)).body,
    "did POST",
  );
});

test("lets JSON pass with the token as a property", async (context) => {
  const visitor = await visit(context);
  const body = JSON.stringify({ _csrf: visitor.token });
  assert.equal((await post(visitor, { "Content-Type": "application/json" }, body)).body, "did POST");
});

const FORGED: readonly [title: string, headers: Record<string, string>, body: (token: string) => string][] = [
  ["no token", {}, () => ""],
  ["an empty token", {}, () => "_csrf="],
  ["the token of somebody else", {}, () => `_csrf=${"A".repeat(86)}`],
  ["the token without its cookie", { Cookie: "a=b" }, (token) => `_csrf=${token}`],
  ["the token with two cookies of the name", { Cookie: "csrf=x; csrf=y" }, (token) => `_csrf=${token}`],
  ["the token in the query only", {}, () => ""],
  ["the token cut", {}, (token) => `_csrf=${token.slice(1)}`],
  [
    "the token in JSON as an array",
    { "Content-Type": "application/json" },
    (token) => JSON.stringify({ _csrf: [token] }),
  ],
  [
    "the token in an array of JSON",
    { "Content-Type": "application/json" },
    (token) => JSON.stringify([token]),
  ],
  ["the token in a text body", { "Content-Type": "text/plain" }, (token) => `_csrf=${token}`],
  ["the token in a body without a type", { "Content-Type": "" }, (token) => `_csrf=${token}`],
  [
    "the token in a multipart body",
    { "Content-Type": "multipart/form-data; boundary=x" },
    (token) => `--x\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n${token}\r\n--x--\r\n`,
  ],
  [
    "a wrong token in the header and the right one in the body",
    { "X-CSRF-Token": "x" },
    (token) => `_csrf=${token}`,
  ],
  ["the right token from another site", { "Sec-Fetch-Site": "cross-site" }, (token) => `_csrf=${token}`],
  ["the right token from a sibling site", { "Sec-Fetch-Site": "same-site" }, (token) => `_csrf=${token}`],
  ["the right token from another origin", { Origin: "https://evil.example" }, (token) => `_csrf=${token}`],
  ["the right token from the https twin", { Origin: "https://localhost:3000" }, (token) => `_csrf=${token}`],
  [
    "the right token with two Sec-Fetch-Site values",
    { "Sec-Fetch-Site": "same-origin, cross-site" },
    (token) => `_csrf=${token}`,
  ],
];

for (const [title, headers, body] of FORGED) {
  test(`refuses ${title}`, async (context) => {
    const visitor = await visit(context);
    const events = collectEvents(context);
    const answer = await post(visitor, headers, body(visitor.token));
    assert.equal(answer.status, 403);
    assert.equal((JSON.parse(answer.body) as { code: string }).code, "CSRF_REFUSED");
    assert.deepEqual(
      events.map((event) => event.name),
      ["csrf.refused"],
    );
    assert.match(events[0]?.because ?? "", /^[a-z, -]+$/);
  });
}

test("refuses a token when a second cookie of its name was planted, before or behind the real one", async (context) => {
  const visitor = await visit(context);
  const planted = `csrf=${"A".repeat(43)}`;
  for (const Cookie of [`${visitor.cookie}; ${planted}`, `${planted}; ${visitor.cookie}`])
    assert.equal((await post(visitor, { Cookie, "X-CSRF-Token": visitor.token })).status, 403);
});

for (const method of ["PUT", "PATCH", "DELETE", "PROPFIND", "TRACE"]) {
  test(`refuses ${method} without headers and without a token`, async (context) => {
    const { server } = await visit(context);
    assert.equal((await server.send({ method, path: "/act" })).status, 403);
  });
}

test("lets QUERY pass: it is safe when it is real", async (context) => {
  const { server } = await visit(context);
  const answer = await server.send({
    method: "QUERY",
    path: "/act",
    headers: { "Sec-Fetch-Site": "cross-site" },
  });
  assert.equal(answer.body, "did QUERY");
});

for (const header of ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"]) {
  test(`refuses a GET with ${header}`, async (context) => {
    const { server } = await visit(context);
    const answer = await server.send({ path: "/act", headers: { [header]: "DELETE" } });
    assert.equal(answer.status, 400);
    assert.match(answer.body, /METHOD_OVERRIDE_REFUSED/);
  });
}

const PATHS = ["/act?_method=DELETE", "/act?a=b&_method=DELETE"];

for (const path of PATHS) {
  test(`lets no later override make a DELETE of GET ${path}`, async (context) => {
    const server = await serveProtected(context, (app) => {
      app.use((req, _res, next) => {
        const { _method } = req.query;
        if (typeof _method === "string") req.method = _method;
        next();
      });
      routes(app);
    });
    const answer = await server.send({ path });
    assert.equal(answer.status, 400);
    assert.match(answer.body, /METHOD_OVERRIDE_REFUSED/);
  });
}

test("lets a later middleware make a GET of a HEAD", async (context) => {
  const server = await serveProtected(context, (app) => {
    app.use((req, _res, next) => {
      req.method = "GET";
      next();
    });
    routes(app);
  });
  assert.equal((await server.send({ method: "HEAD", path: "/act?a" })).status, 200);
});

test("takes a form's own token at its action and method, and nowhere else", async (context) => {
  const server = await serveProtected(context, (app) => {
    app.get("/form", (_req, res) => {
      res.send(res.locals.csrftokenFor("/act/7?back=1"));
    });
    routes(app);
  });
  const page = await server.send({ path: "/form" });
  const Cookie = cookieOf(page, "csrf") ?? "";
  const send = (method: string, path: string): Promise<Answer> =>
    server.send({ method, path, headers: { Cookie, "X-CSRF-Token": page.body } });
  assert.equal((await send("POST", "/act/7")).status, 200);
  assert.equal((await send("POST", "/act/7?other=2")).status, 200);
  for (const [method, path] of [
    ["POST", "/act/8"],
    ["POST", "/act/7/"],
    ["POST", "/act"],
    ["POST", "/ACT/7"],
    ["PUT", "/act/7"],
    ["DELETE", "/act/7"],
  ] as const)
    assert.equal((await send(method, path)).status, 403, `${method} ${path}`);
});

test("takes cross-site posts of a trusted origin, and of no other", async (context) => {
  const visitor = await visit(context, { csrf: { trustedOrigins: ["https://accounts.example"] } });
  const from = (Origin: string): Promise<Answer> => post(visitor, { "Sec-Fetch-Site": "cross-site", Origin });
  assert.equal((await from("https://accounts.example")).status, 200);
  assert.equal((await from("https://evil.example")).status, 403);
});

test("takes a client without headers and cookies where that is allowed", async (context) => {
  const visitor = await visit(context, { csrf: { insecureAllowClientsWithoutHeaders: true } });
  assert.equal((await visitor.server.send({ method: "POST", path: "/act" })).status, 200);
  assert.equal((await post(visitor, {})).status, 403);
});

test("gives the token of a visitor up at login, and binds the next one to the session", async (context) => {
  const visitor = await visit(context);
  const login = await visitor.server.send({
    method: "POST",
    path: "/login",
    headers: { Cookie: visitor.cookie, "X-CSRF-Token": visitor.token },
  });
  const sid = cookieOf(login, "sid") ?? "";
  assert.notEqual(sid, "");
  const both = `${visitor.cookie}; ${sid}`;
  assert.equal((await post(visitor, { Cookie: both, "X-CSRF-Token": visitor.token })).status, 403);
  assert.equal((await post(visitor, { Cookie: both, "X-CSRF-Token": login.body })).status, 200);
  assert.equal((await post(visitor, { Cookie: visitor.cookie, "X-CSRF-Token": login.body })).status, 403);
});

test("refuses the token of another session", async (context) => {
  const visitor = await visit(context);
  const login = (): Promise<Answer> =>
    visitor.server.send({
      method: "POST",
      path: "/login",
      headers: { Cookie: visitor.cookie, "X-CSRF-Token": visitor.token },
    });
  const [mallory, alice] = [await login(), await login()];
  const answer = await post(visitor, { Cookie: cookieOf(alice, "sid") ?? "", "X-CSRF-Token": mallory.body });
  assert.equal(answer.status, 403);
});

test("sets no cookie on a page without a form, and varies no page", async (context) => {
  const server = await serveProtected(context, routes);
  const page = await server.send({ path: "/public" });
  assert.equal(page.headers["set-cookie"], undefined);
  assert.equal(page.headers.vary, undefined);
});

test("says that an answer to an unsafe request varies by the headers it was decided from", async (context) => {
  const visitor = await visit(context);
  const answer = await post(visitor, { Origin: ORIGIN });
  assert.equal(answer.headers.vary, "Sec-Fetch-Site, Origin");
});

test("demands the token as well with token: always", async (context) => {
  const visitor = await visit(context, { csrf: { token: "always" } });
  const own = { "Sec-Fetch-Site": "same-origin" };
  assert.equal((await post(visitor, own)).status, 403);
  assert.equal((await post(visitor, own, `_csrf=${visitor.token}`)).status, 200);
  assert.equal(
    (await post(visitor, { "Sec-Fetch-Site": "cross-site" }, `_csrf=${visitor.token}`)).status,
    403,
  );
});

test("asks the exceptions of the configuration for no token with token: always, as they have none", async (context) => {
  const trusted = "https://accounts.example";
  const visitor = await visit(context, {
    csrf: { token: "always", trustedOrigins: [trusted], insecureAllowClientsWithoutHeaders: true },
  });
  assert.equal((await post(visitor, { Origin: trusted, "Sec-Fetch-Site": "cross-site" })).status, 200);
  assert.equal((await visitor.server.send({ method: "POST", path: "/act" })).status, 200);
  // One's own pages, everybody else's, and a client that has a cookie are none.
  assert.equal((await post(visitor, { Origin: ORIGIN })).status, 403);
  assert.equal((await post(visitor, { Origin: "https://evil.example" })).status, 403);
  assert.equal((await post(visitor, { Cookie: "sid=x" })).status, 403);
});

test("lets everything pass and reports it with insecureObserveOnly", async (context) => {
  const visitor = await visit(context, { csrf: { insecureObserveOnly: true } });
  const events = collectEvents(context);
  assert.equal((await post(visitor, { "Sec-Fetch-Site": "cross-site" })).status, 200);
  assert.equal((await post(visitor, {})).status, 200);
  assert.deepEqual(
    events.map((event) => [event.name, event.because]),
    [
      ["csrf.observed", "cross-site"],
      ["csrf.observed", "no-headers, token-missing"],
    ],
  );
});
