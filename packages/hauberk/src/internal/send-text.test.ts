import assert from "node:assert/strict";
import { test } from "node:test";
import type { Response } from "express";
import { serveProtected, type Asked } from "../../test/served.ts";
import { serve } from "../../test/session/app.ts";

/** What a route may do; asked for personally and not, the answers must be alike but for the tag and the caching. */
const answers: readonly [name: string, answer: (res: Response) => unknown, asked?: Asked][] = [
  ["a page", (res) => res.send("<p>hello</p>")],
  ["a page of more than a kilobyte", (res) => res.send("<p>hello</p>".repeat(200))],
  ["letters of more than one byte", (res) => res.send("naïve – 東京 🙂")],
  ["half a surrogate pair", (res) => res.send("\ud800")],
  ["nothing", (res) => res.send("")],
  ["JSON", (res) => res.json({ a: "ä", b: [1] })],
  ["plain text", (res) => res.type("txt").send("hello")],
  ["a type without a charset", (res) => res.set("Content-Type", "text/csv").send("a;ä")],
  [
    "a type with another charset",
    (res) => res.setHeader("Content-Type", "text/csv; charset=latin1") && res.send("ä"),
  ],
  ["a type that is no text", (res) => res.setHeader("Content-Type", "application/pdf") && res.send("%PDF ä")],
  ["bytes", (res) => res.send(Buffer.from("bytes"))],
  ["a status of its own", (res) => res.status(422).send("no")],
  ["a status without a body", (res) => res.status(204).send("must not be sent")],
  ["a reset", (res) => res.status(205).send("must not be sent")],
  ["a status it says is unchanged", (res) => res.status(304).send("must not be sent")],
  ["a coding of its own", (res) => res.set("Transfer-Encoding", "chunked").send("in pieces")],
  ["a HEAD request", (res) => res.send("<p>hello</p>"), { method: "HEAD" }],
  ["a tag of its own", (res) => res.set("ETag", '"mine"').send("tagged")],
  [
    "a tag of its own that the client has",
    (res) => res.set("ETag", '"mine"').send("tagged"),
    { headers: { "If-None-Match": '"mine"' } },
  ],
  [
    "a date of its own that the client has",
    (res) => res.set("Last-Modified", "Wed, 25 Nov 2026 00:00:00 GMT").send("dated"),
    { headers: { "If-Modified-Since": "Wed, 25 Nov 2026 00:00:00 GMT" } },
  ],
];

for (const [name, answer, asked] of answers) {
  test(`answers with ${name} as Express does, also when the answer is personal`, async (context) => {
    const { ask } = await serveProtected(context, (app) => {
      app.get("/public", (_req, res) => void answer(res));
      app.get("/personal", (req, res) => void (req.session.isNew && answer(res)));
    });
    const [anybodys, mine] = await Promise.all(
      ["/public", "/personal"].map((path) => ask({ ...asked, path })),
    );
    assert.ok(anybodys !== undefined && mine !== undefined);
    assert.equal(mine.status, anybodys.status);
    assert.equal(mine.body, anybodys.body);
    for (const header of ["content-type", "content-length", "transfer-encoding", "last-modified"])
      assert.equal(mine.headers[header], anybodys.headers[header], header);
    const ownTag = anybodys.headers.etag === '"mine"';
    assert.equal(mine.headers.etag === '"mine"', ownTag);
  });
}

test("gives no tag to a page nobody may store, and still gives one to a page everybody may", async (context) => {
  const { ask } = await serveProtected(context, (app) => {
    app.get("/public", (_req, res) => void res.send("public"));
    app.get("/personal", (req, res) => void res.send(`personal ${req.session.isNew}`));
  });
  assert.match(String((await ask({ path: "/public" })).headers.etag), /^W\//);
  const { headers } = await ask({ path: "/personal" });
  assert.equal(headers.etag, undefined);
  assert.equal(headers["cache-control"], "no-store");
});

test("does so for an app with session() alone, and leaves Express its tag where nobody asked for the session", async () => {
  const served = await serve((app) => {
    app.get("/mine", (req, res) => void (req.session.isNew && res.send("<p>mine</p>")));
    app.get("/anybodys", (_req, res) => void res.send("<p>anybody's</p>"));
  });
  try {
    const [mine, anybodys] = [await served.ask("/mine"), await served.ask("/anybodys")];
    assert.deepEqual(
      [mine.status, mine.headers.etag, mine.headers["cache-control"]],
      [200, undefined, "no-store"],
    );
    assert.equal(mine.headers["content-type"], "text/html; charset=utf-8");
    assert.match(anybodys.headers.etag ?? "", /^W\//);
  } finally {
    await served.close();
  }
});

test("session() alone sends the headers of a route beside its cookie", async () => {
  const served = await serve((app) => {
    app.get("/", (req, res) => {
      Object.assign(req.session, { seen: 1 });
      res.append("Set-Cookie", "mine=1").writeHead(201, "Made", { "X-Late": "1" }).end("made");
    });
  });
  try {
    const { status, headers, sid } = await served.ask("/");
    assert.deepEqual([status, headers["x-late"]], [201, "1"]);
    assert.equal(headers["set-cookie"]?.[0], "mine=1");
    assert.equal(sid?.length, 43);
  } finally {
    await served.close();
  }
});
