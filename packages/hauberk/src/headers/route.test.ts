import assert from "node:assert/strict";
import { test } from "node:test";
import type { Response } from "express";
import { HttpError } from "../errors/http-error.ts";
import { serveProtected, type Asked } from "../../test/served.ts";
import { cors, csp, type CorsOptions } from "./index.ts";

const policyOf = (headers: Readonly<Record<string, unknown>>): string =>
  String(headers["content-security-policy"]);

test("a route's policy is its own, merged with the app's, and ends with the route", async (context) => {
  const { ask } = await serveProtected(
    context,
    (app) => {
      app.get(
        "/pay",
        csp({ add: { "frame-src": ["https://pay.example"] }, remove: { "img-src": ["https://i.example"] } }),
        (_req, res) => void res.send(res.locals.cspNonce),
      );
      app.get("/json", csp({ replace: { "default-src": ["'none'"] } }), (_req, res) => void res.json({}));
      app.get("/fails", csp({ add: { "frame-src": ["https://pay.example"] } }), () => {
        throw new Error("x");
      });
      app.get("/", (_req, res) => void res.send("<p>"));
    },
    { headers: { csp: { add: { "img-src": ["https://i.example"] } } } },
  );
  for (let round = 0; round < 2; round++) {
    const pay = policyOf((await ask({ path: "/pay" })).headers);
    assert.match(pay, /img-src 'self' data:;.*frame-src 'self' https:\/\/pay\.example/);
    assert.match(pay, /'nonce-[\w-]{24}'/);
  }
  assert.match(policyOf((await ask({ path: "/json" })).headers), /^default-src 'none'/);
  for (const path of ["/", "/fails"])
    assert.doesNotMatch(policyOf((await ask({ path })).headers), /pay\.example/);
});

test("a route's policy is checked at start", () => {
  assert.throws(() => csp({ add: { "script-src": ["'unsafe-inline'"] } }), { code: "CSP_INVALID" });
  assert.throws(() => csp({ add: { "image-src": ["'self'"] } }), { code: "CSP_INVALID" });
});

test("a route's removal that takes nothing away fails on that route and leaves the others alone", async (context) => {
  const { ask } = await serveProtected(context, (app) => {
    app.get(
      "/wrong",
      csp({ remove: { "img-src": ["https://none.example"] } }),
      (_req, res) => void res.send("<p>"),
    );
    app.get("/", (_req, res) => void res.send("<p>"));
  });
  assert.deepEqual([(await ask({ path: "/wrong" })).status, (await ask()).status], [500, 200]);
});

const ALLOWED = "https://partner.example";
const preflight = (origin: string): Asked => ({
  method: "OPTIONS",
  headers: {
    Origin: origin,
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "x-a",
  },
});

const origins: readonly [name: string, origin: string, allowed: boolean][] = [
  ["the origin that is listed", ALLOWED, true],
  ["another origin", "https://evil.example", false],
  ["the opaque origin of a sandboxed frame", "null", false],
  ["the listed host over plain http", "http://partner.example", false],
  ["the listed host on another port", "https://partner.example:8443", false],
  ["a host that ends like it", "https://evilpartner.example", false],
  ["a host below it", "https://a.partner.example", false],
  ["a host that begins like it", "https://partner.example.evil.example", false],
  ["the listed origin in upper case", "HTTPS://PARTNER.EXAMPLE", false],
  ["the listed origin with a slash", `${ALLOWED}/`, false],
  ["two origins", `${ALLOWED}, https://evil.example`, false],
  ["nothing between the quotes", "", false],
];
for (const [name, origin, allowed] of origins) {
  test(`${name} ${allowed ? "may" : "may not"} read the answer, asked directly or first`, async (context) => {
    const { ask } = await serveProtected(context, (app) => {
      app.all(
        "/",
        cors({ origins: [ALLOWED], credentials: true, headers: ["X-A"] }),
        (_req, res) => void res.json({}),
      );
    });
    for (const asked of [{ headers: { Origin: origin } }, preflight(origin)]) {
      const { headers } = await ask(asked);
      assert.equal(headers["access-control-allow-origin"], allowed ? origin : undefined);
      assert.equal(headers["access-control-allow-credentials"], allowed ? "true" : undefined);
      assert.match(String(headers.vary), /\bOrigin\b/);
    }
  });
}

test("a preflight is answered with what is allowed, and may be kept", async (context) => {
  const { ask } = await serveProtected(context, (app) => {
    app.all(
      "/",
      cors({ origins: [ALLOWED], methods: ["PUT"], headers: ["X-A"], maxAgeSeconds: 60 }),
      (_req, res) => void res.json({}),
    );
  });
  const { status, headers } = await ask(preflight(ALLOWED));
  assert.equal(status, 204);
  assert.equal(headers["access-control-allow-methods"], "GET, HEAD, POST, PUT");
  assert.equal(headers["access-control-allow-headers"], "X-A");
  assert.equal(headers["access-control-max-age"], "60");
  assert.equal(headers["access-control-allow-credentials"], undefined);
  assert.equal(headers.vary, "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
});

const varies: readonly [name: string, vary: (res: Response) => unknown, want: string][] = [
  ["sets Vary", (res) => res.set("Vary", "Cookie").send("x"), "Cookie, Origin"],
  ["sets Vary to a list", (res) => res.set("Vary", ["Cookie", "Accept"]).send("x"), "Cookie, Accept, Origin"],
  ["writes Vary with the head", (res) => res.writeHead(200, { Vary: "Cookie" }).end("x"), "Cookie, Origin"],
  ["adds to Vary", (res) => res.vary("Accept").send("x"), "Origin, Accept"],
  ["says it in small letters", (res) => res.set("Vary", "accept,origin").send("x"), "accept,origin"],
  ["varies by everything", (res) => res.set("Vary", "*").send("x"), "*"],
  ["takes Vary off", (res) => (res.removeHeader("Vary"), res.send("x")), "Origin"],
];
for (const [name, vary, want] of varies) {
  test(`a route with cors that ${name} varies by the origin all the same`, async (context) => {
    const { ask } = await serveProtected(context, (app) => {
      app.get("/", cors({ origins: [ALLOWED] }), (_req, res) => void vary(res));
    });
    for (const Origin of [ALLOWED, "https://evil.example"])
      assert.equal((await ask({ headers: { Origin } })).headers.vary, want);
  });
}

test("cors lets answers be read, and a forged post is refused all the same", async (context) => {
  const { ask } = await serveProtected(context, (app) => {
    app.all("/", cors({ origins: [ALLOWED] }), (_req, res) => void res.json({}));
  });
  const answer = await ask({ method: "POST", headers: { Origin: ALLOWED, "Sec-Fetch-Site": "cross-site" } });
  assert.equal(answer.status, 403);
  assert.equal(answer.headers["access-control-allow-origin"], undefined);
});

test("an error of a route may be read by whom its answers may be read, and by nobody else", async (context) => {
  const { ask } = await serveProtected(context, (app) => {
    app.all("/", cors({ origins: [ALLOWED], credentials: true }), (_req, res) => {
      res.set({ "Access-Control-Expose-Headers": "X-Total", "X-Total": "7", ETag: '"1"' });
      throw new HttpError(409, "CONFLICT");
    });
  });
  const { status, headers } = await ask({ headers: { Origin: ALLOWED } });
  assert.equal(status, 409);
  assert.deepEqual(
    [
      headers["access-control-allow-origin"],
      headers["access-control-allow-credentials"],
      headers["cross-origin-resource-policy"],
      headers.vary,
    ],
    [ALLOWED, "true", "cross-origin", "Origin"],
  );
  assert.deepEqual([headers["x-total"], headers.etag], [undefined, undefined]);
  const foreign = await ask({ headers: { Origin: "https://evil.example" } });
  assert.deepEqual(
    [foreign.status, foreign.headers["access-control-allow-origin"], foreign.headers.vary],
    [409, undefined, "Origin"],
  );
  assert.equal(foreign.headers["cross-origin-resource-policy"], "same-origin");
});

for (const method of ["put", "Delete"])
  test(`cors refuses the method ${method}, which no browser sends`, () => {
    assert.throws(() => cors({ origins: [ALLOWED], methods: [method] }), { code: "CORS_INVALID" });
  });

test("a route without cors can be read by nobody else", async (context) => {
  const { ask } = await serveProtected(context, (app) => app.get("/", (_req, res) => void res.json({})));
  const { headers } = await ask({ headers: { Origin: ALLOWED } });
  assert.equal(headers["access-control-allow-origin"], undefined);
  assert.equal(headers["cross-origin-resource-policy"], "same-origin");
});

const refused: readonly [name: string, options: unknown, code: string][] = [
  ["no origins", {}, "CORS_INVALID"],
  ["an empty list", { origins: [] }, "CORS_INVALID"],
  ["any origin", { origins: ["*"] }, "CORS_INVALID"],
  ["the opaque origin", { origins: ["null"] }, "CORS_INVALID"],
  ["any host below one", { origins: ["https://*.partner.example"] }, "CORS_INVALID"],
  ["an origin with a slash", { origins: [`${ALLOWED}/`] }, "CORS_INVALID"],
  ["an origin with a path", { origins: [`${ALLOWED}/api`] }, "CORS_INVALID"],
  ["an origin with its default port", { origins: [`${ALLOWED}:443`] }, "CORS_INVALID"],
  ["an origin with a user", { origins: ["https://me@partner.example"] }, "CORS_INVALID"],
  ["a host alone", { origins: ["partner.example"] }, "CORS_INVALID"],
  ["a file", { origins: ["file:///x"] }, "CORS_INVALID"],
  ["a pattern", { origins: [/partner/] }, "OPTION_TYPE"],
  ["a function", { origins: () => true }, "OPTION_TYPE"],
  ["true, which elsewhere reflects", { origins: true }, "OPTION_TYPE"],
  ["another library's name", { origin: [ALLOWED] }, "OPTION_UNKNOWN"],
  ["a header name with a line break", { origins: [ALLOWED], headers: ["X-A\r\nX-B"] }, "CORS_INVALID"],
  ["every header", { origins: [ALLOWED], headers: ["*"] }, "CORS_INVALID"],
  ["a preflight kept for longer than a day", { origins: [ALLOWED], maxAgeSeconds: 86_401 }, "OPTION_RANGE"],
];
for (const [name, options, code] of refused) {
  test(`cors refuses ${name}`, () => {
    assert.throws(() => cors(options as CorsOptions), { code });
  });
}

test("what a router forbids stays forbidden where one of its routes allows something else", async (context) => {
  const { ask } = await serveProtected(context, (app) => {
    const strict = csp({ remove: { "img-src": ["data:"] }, add: { "connect-src": ["https://a.example"] } });
    const pay = csp({ add: { "frame-src": ["https://pay.example"] } });
    app.use("/shop", strict);
    app.get("/shop/pay", pay, (_req, res) => void res.send("<p>"));
    app.get("/shop/twice", strict, (_req, res) => void res.send("<p>"));
    app.get("/pay", pay, (_req, res) => void res.send("<p>"));
  });
  for (let round = 0; round < 2; round++) {
    const both = policyOf((await ask({ path: "/shop/pay" })).headers);
    assert.match(both, /img-src 'self';/);
    assert.match(both, /connect-src 'self' https:\/\/a\.example;/);
    assert.match(both, /frame-src 'self' https:\/\/pay\.example/);
    assert.match(policyOf((await ask({ path: "/shop/twice" })).headers), /img-src 'self';/);
    const alone = policyOf((await ask({ path: "/pay" })).headers);
    assert.match(alone, /img-src 'self' data:;/);
    assert.doesNotMatch(alone, /a\.example/);
  }
});
