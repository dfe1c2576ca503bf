import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { test } from "node:test";
import express, { type Application } from "express";
import { serve, serveProtected, type Asked } from "../../test/served.ts";
import { csp, headers, reportCollector } from "./index.ts";

const OSHP_ADD = [
  "cache-control",
  "content-security-policy",
  "cross-origin-embedder-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "permissions-policy",
  "referrer-policy",
  "x-content-type-options",
  "x-dns-prefetch-control",
  "x-frame-options",
  "x-permitted-cross-domain-policies",
];

const folder = mkdtempSync(path.join(tmpdir(), "hauberk-headers-"));
writeFileSync(path.join(folder, "site.css"), "body { color: black }");

function routes(app: Application): void {
  app.get("/page", (_req, res) => void res.send("<p>page</p>"));
  app.get("/json", (_req, res) => void res.json({ a: 1 }));
  app.get("/text", (_req, res) => void res.type("text").send("text"));
  app.get("/empty", (_req, res) => void res.status(204).end());
  app.get("/moved", (_req, res) => res.redirect("/page"));
  app.get("/ended", (_req, res) => void res.end("bare"));
  app.get("/head", (_req, res) => void res.writeHead(200, { "Content-Type": "text/plain" }).end("x"));
  app.get("/flushed", (_req, res) => {
    res.flushHeaders();
    setTimeout(() => res.end("late"), 5);
  });
  app.get("/streamed", async (_req, res) => pipeline(Readable.from(["a", "b"]), res));
  app.get("/file", (_req, res) => res.sendFile(path.join(folder, "site.css")));
  app.get("/download", (_req, res) => res.download(path.join(folder, "site.css")));
  app.get("/hijacked", (req, res) => {
    res.setHeader("Content-Type", "text/event-stream");
    res.write("data: 1\n\n");
    setTimeout(() => req.socket.end(), 5);
  });
  app.get("/fails", () => {
    throw new Error("x");
  });
  app.post("/page", (_req, res) => void res.send("posted"));
  app.get("/session", (req, res) => void res.send(String(req.session.userId)));
}

const answers: readonly [name: string, asked: Asked, status: number][] = [
  ["a page", { path: "/page" }, 200],
  ["HEAD of a page", { path: "/page", method: "HEAD" }, 200],
  ["OPTIONS of a page", { path: "/page", method: "OPTIONS" }, 200],
  ["JSON", { path: "/json" }, 200],
  ["text", { path: "/text" }, 200],
  ["an answer without content", { path: "/empty" }, 204],
  ["a redirect", { path: "/moved" }, 302],
  ["an answer ended without a type", { path: "/ended" }, 200],
  ["a head the route wrote", { path: "/head" }, 200],
  ["a head that is flushed first", { path: "/flushed" }, 200],
  ["a stream", { path: "/streamed" }, 200],
  ["a file", { path: "/file" }, 200],
  ["a part of a file", { path: "/file", headers: { Range: "bytes=0-3" } }, 206],
  ["a part that is not there", { path: "/file", headers: { Range: "bytes=900-" } }, 416],
  ["a download", { path: "/download" }, 200],
  ["a static file", { path: "/site.css" }, 200],
  ["a part of a static file", { path: "/site.css", headers: { Range: "bytes=0-3" } }, 206],
  ["a part of a static file that is not there", { path: "/site.css", headers: { Range: "bytes=900-" } }, 416],
  ["a static file under a condition that fails", { path: "/site.css", headers: { "If-Match": '"x"' } }, 412],
  ["a path nobody answers", { path: "/none" }, 404],
  ["a method nobody answers", { path: "/page", method: "DELETE" }, 404],
  ["a failure", { path: "/fails" }, 500],
  ["a path that cannot be decoded", { path: "/%zz" }, 400],
  ["a host that is not ours", { path: "/page", headers: { Host: "evil.example" } }, 421],
  ["a forged post", { path: "/page", method: "POST", headers: { "Sec-Fetch-Site": "cross-site" } }, 403],
  ["a page that reads the session", { path: "/session" }, 200],
];
for (const [name, asked, status] of answers) {
  for (const scheme of ["http", "https"] as const) {
    test(`${name} has the whole header set over ${scheme}`, async (context) => {
      const { ask } = await serveProtected(context, routes, { static: { directory: folder } });
      const answer = await ask({ ...asked, scheme });
      assert.equal(answer.status, status);
      for (const header of OSHP_ADD) assert.equal(typeof answer.headers[header], "string", header);
      // Refused before the proxy's word about the scheme was weighed: nobody can say that it was https.
      const isKnown = scheme === "https" && status !== 400 && status !== 421;
      assert.equal("strict-transport-security" in answer.headers, isKnown);
      const policy = String(answer.headers["content-security-policy"]);
      assert.equal(policy.includes("upgrade-insecure-requests"), isKnown);
      for (const part of ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
        assert.ok(policy.includes(part), policy);
      for (const removed of ["x-powered-by", "server", "x-xss-protection", "x-download-options"])
        assert.equal(answer.headers[removed], undefined);
    });
  }
}

test("an answer cut off by its route had the header set", async (context) => {
  const { raw } = await serveProtected(context, routes);
  const text = await raw("GET /hijacked HTTP/1.1\r\nHost: localhost:3000\r\n\r\n");
  for (const header of OSHP_ADD) assert.match(text.toLowerCase(), new RegExp(`\r\n${header}: `));
});

test("plain http that belongs on https is redirected with the header set and without HSTS", async (context) => {
  const { ask } = await serveProtected(context, routes);
  const answer = await ask({ headers: { Host: "app.example" } });
  assert.deepEqual([answer.status, answer.headers.location], [308, "https://app.example/"]);
  for (const header of OSHP_ADD) assert.equal(typeof answer.headers[header], "string", header);
  assert.equal(answer.headers["strict-transport-security"], undefined);
});

for (const location of ["/file", "/site.css", "/json"]) {
  test(`a 304 of ${location} has no policy: the browser keeps the one it has`, async (context) => {
    const { ask } = await serveProtected(context, routes, { static: { directory: folder } });
    const first = await ask({ path: location });
    const again = await ask({ path: location, headers: { "If-None-Match": String(first.headers.etag) } });
    assert.equal(again.status, 304);
    assert.equal(again.headers["content-security-policy"], undefined);
    assert.equal(again.headers["x-content-type-options"], "nosniff");
    assert.equal(again.headers["cache-control"], first.headers["cache-control"]);
  });
}

test("10,000 nonces are all different", async (context) => {
  const { ask } = await serveProtected(context, (app) => {
    app.get("/", (_req, res) => {
      const nonces = Array.from({ length: 100 }, (): unknown => res.locals.cspNonce);
      assert.equal(new Set(nonces).size, 1);
      res.send(res.locals.cspNonce);
    });
  });
  const agent = new Agent({ keepAlive: true });
  context.after(() => agent.destroy());
  const seen = new Set<string>();
  for (let round = 0; round < 100; round++) {
    const all = await Promise.all(Array.from({ length: 100 }, () => ask({ agent })));
    for (const { body, headers: each } of all) {
      assert.ok(each["content-security-policy"]?.includes(`'nonce-${body}'`));
      seen.add(body);
    }
  }
  assert.equal(seen.size, 10_000);
});

const caching: readonly [
  name: string,
  route: (app: Application) => void,
  asked: Asked,
  cache: string,
  nonce: boolean,
][] = [
  [
    "a public page without a nonce is cacheable, and its policy has none",
    (app) => app.get("/", (_q, res) => void res.set("Cache-Control", "public, max-age=60").send("<p>")),
    {},
    "public, max-age=60",
    false,
  ],
  [
    "a public page that asks for the nonce is not cacheable",
    (app) =>
      app.get(
        "/",
        (_q, res) => void res.set("Cache-Control", "public, max-age=60").send(res.locals.cspNonce),
      ),
    {},
    "no-store",
    true,
  ],
  [
    "a page with a nonce and nothing said is not stored",
    (app) => app.get("/", (_q, res) => void res.send(res.locals.cspNonce)),
    {},
    "no-store",
    true,
  ],
  [
    "a page without a nonce and nothing said is asked for again, and has none to hand on",
    (app) => app.get("/", (_q, res) => void res.send("<p>")),
    {},
    "no-cache",
    false,
  ],
  [
    "a page that the visitor's own browser may keep has no nonce to use again",
    (app) =>
      app.get(
        "/",
        (req, res) => void res.set("Cache-Control", "private, max-age=60").send(String(req.session.userId)),
      ),
    {},
    "private, max-age=60",
    false,
  ],
  [
    "a page that must be asked for again has no nonce to use again",
    (app) => app.get("/", (_q, res) => void res.set("Cache-Control", "public, no-cache").send("<p>")),
    {},
    "public, no-cache",
    false,
  ],
  [
    "a private page that holds its nonce is not stored",
    (app) =>
      app.get(
        "/",
        (_q, res) => void res.set("Cache-Control", "private, max-age=60").send(res.locals.cspNonce),
      ),
    {},
    "no-store",
    true,
  ],
  [
    "a streamed page may ask later, so it is not stored",
    (app) =>
      app.get("/", (_q, res) => {
        res.type("html").write("<p>");
        res.end(res.locals.cspNonce);
      }),
    {},
    "no-store",
    true,
  ],
  [
    "a streamed page that is public has no nonce",
    (app) =>
      app.get("/", (_q, res) => {
        res.set("Cache-Control", "public, max-age=60").type("html").write("<p>");
        res.end("x");
      }),
    {},
    "public, max-age=60",
    false,
  ],
  ["JSON has no nonce", (app) => app.get("/", (_q, res) => void res.json({})), {}, "no-cache", false],
  [
    "a session that is read makes the page personal",
    (app) =>
      app.get(
        "/",
        (req, res) => void res.set("Cache-Control", "public, max-age=60").send(String(req.session.userId)),
      ),
    {},
    "no-store",
    true,
  ],
  [
    "a cookie of the route makes the answer personal",
    (app) =>
      app.get(
        "/",
        (_q, res) => void res.set("Cache-Control", "public, max-age=60").cookie("a", "b").json({}),
      ),
    {},
    "no-store",
    false,
  ],
  [
    "a token in the page makes it personal",
    (app) => app.get("/", (_q, res) => void res.set("Cache-Control", "public").send(res.locals.csrftoken)),
    {},
    "no-store",
    true,
  ],
  [
    "deception: /account/x.css of a wildcard route is not stored",
    (app) =>
      app.get(
        "/account{/*rest}",
        (req, res) =>
          void res.set("Cache-Control", "public, max-age=600").type("css").send(String(req.session.userId)),
      ),
    { path: "/account/x.css" },
    "no-store",
    false,
  ],
  [
    "deception: /account;.css is not stored",
    (app) => app.get("/:page", (req, res) => void res.send(String(req.session.userId))),
    { path: "/account;.css" },
    "no-store",
    true,
  ],
  [
    "deception: /account%2fx.css is refused and not stored",
    (app) => app.get("/account{/*rest}", (_q, res) => void res.send("x")),
    { path: "/account%2fx.css" },
    "no-store",
    false,
  ],
  [
    "deception: /account%00.css is refused and not stored",
    (app) => app.get("/:page", (_q, res) => void res.send("x")),
    { path: "/account%00.css" },
    "no-store",
    false,
  ],
  [
    "deception: /account%3f.css is not stored",
    (app) => app.get("/:page", (req, res) => void res.send(String(req.session.userId))),
    { path: "/account%3f.css" },
    "no-store",
    true,
  ],
];
for (const [name, route, asked, cache, nonce] of caching) {
  test(name, async (context) => {
    const { ask } = await serveProtected(context, route);
    const answer = await ask(asked);
    assert.equal(answer.headers["cache-control"], cache);
    assert.equal(/'nonce-[\w-]{24}'/.test(String(answer.headers["content-security-policy"])), nonce);
  });
}

test("what needs a nonce does not run on a page that may be stored, and hashes do", async (context) => {
  const { ask } = await serveProtected(
    context,
    (app) => {
      app.get("/", (_req, res) => void res.send("<p>"));
      const hash = `'sha256-${"A".repeat(43)}='`;
      app.get("/hashed", csp({ add: { "script-src": [hash] } }), (_req, res) => void res.send("<p>"));
    },
    {
      headers: { reports: reportCollector(), cspCandidate: { replace: { "style-src": ["'nonce'"] } } },
    },
  );
  const { headers: plain } = await ask();
  assert.match(String(plain["content-security-policy"]), /script-src 'none'; style-src 'self'; img-src/);
  const onTrial = String(plain["content-security-policy-report-only"]);
  assert.match(onTrial, /script-src 'none'; style-src 'none';.*report-uri/);
  const { headers: hashed } = await ask({ path: "/hashed", scheme: "https" });
  assert.match(
    String(hashed["content-security-policy"]),
    /script-src 'self' 'strict-dynamic' 'sha256-A+='; .*; upgrade-insecure-requests$/,
  );
});

for (const header of [
  "CDN-Cache-Control",
  "Vercel-CDN-Cache-Control",
  "Surrogate-Control",
  "X-Accel-Expires",
]) {
  test(`${header} of the route does not bring a page with its nonce into a cache in front`, async (context) => {
    const { ask } = await serveProtected(context, (app) => {
      app.get("/", (_req, res) => void res.set(header, "max-age=60").send(res.locals.cspNonce));
      app.get("/streamed", (_req, res) => {
        res.set(header, "max-age=60").type("html").write("<p>");
        res.end();
      });
      app.get("/public", (_req, res) => void res.set(header, "max-age=60").send("x"));
    });
    for (const location of ["/", "/streamed"])
      assert.equal((await ask({ path: location })).headers[header.toLowerCase()], undefined, location);
    assert.equal((await ask({ path: "/public" })).headers[header.toLowerCase()], "max-age=60");
  });
}

test("a personal answer takes back what the route told caches in front", async (context) => {
  const { ask } = await serveProtected(context, (app) => {
    app.get("/", (req, res) => {
      res
        .set({ "CDN-Cache-Control": "max-age=60", "Surrogate-Control": "max-age=60" })
        .send(String(req.session.userId));
    });
    app.get("/public", (_req, res) => void res.set("CDN-Cache-Control", "max-age=60").send("x"));
  });
  const { headers: personal } = await ask();
  assert.deepEqual([personal["cdn-cache-control"], personal["surrogate-control"]], [undefined, undefined]);
  assert.equal((await ask({ path: "/public" })).headers["cdn-cache-control"], "max-age=60");
});

test("a header of the route stays", async (context) => {
  const { ask } = await serveProtected(context, (app) => {
    app.get("/", (_req, res) => {
      res.set({
        "Content-Security-Policy": "sandbox",
        "referrer-policy": "origin",
        "X-FRAME-OPTIONS": "SAMEORIGIN",
      });
      res.send("x");
    });
  });
  const { headers: sent } = await ask();
  assert.deepEqual(
    [sent["content-security-policy"], sent["referrer-policy"], sent["x-frame-options"]],
    ["sandbox", "origin", "SAMEORIGIN"],
  );
});

test("headers() alone protects an app of somebody else's composing", async (context) => {
  const app = express();
  app.use(headers({ csp: { add: { "img-src": ["https://i.example"] } } }));
  app.get("/", (_req, res) => void res.send("<p>"));
  const { ask } = await serve(context, app);
  const first = await ask();
  assert.match(String(first.headers["content-security-policy"]), /img-src 'self' data: https:\/\/i\.example/);
  assert.equal(first.headers["x-powered-by"], undefined);
});

test("headers() alone hands routes and templates the nonce of its policy", async (context) => {
  const app = express();
  app.use((_req, res, next) => {
    res.locals["title"] = "kept";
    next();
  });
  app.use(headers());
  app.engine("txt", (_path, options, done) => {
    const { cspNonce } = options as { readonly cspNonce: { toString: () => string } };
    done(null, cspNonce.toString());
  });
  app.get("/", (_req, res) => void res.send(`${String(res.locals["title"])} ${res.locals.cspNonce}`));
  app.get("/view", (_req, res) => res.render(path.join(import.meta.dirname, "../../test/views/any.txt")));
  const { ask } = await serve(context, app);
  for (const location of ["/", "/view"]) {
    const { headers: sent, body } = await ask({ path: location });
    const nonce = body.replace("kept ", "");
    assert.match(nonce, /^[\w-]{24}$/);
    assert.ok(String(sent["content-security-policy"]).includes(`'nonce-${nonce}'`), location);
    assert.equal(sent["cache-control"], "no-store");
  }
});

test("headers() refuses to be used without the call", () => {
  assert.throws(() => (headers as unknown as (req: object) => void)(new Map()), { code: "OPTIONS_INVALID" });
});

// @ts-expect-error -- a directive's sources are a list
void (() => headers({ csp: { add: { "img-src": "'self'" } } }));
// @ts-expect-error -- X-Powered-By is always removed
void (() => headers({ helmet: { xPoweredBy: false } }));
