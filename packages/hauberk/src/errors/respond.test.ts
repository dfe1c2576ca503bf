import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Application, Request, Response } from "express";
import { collectEvents, serveProtected, type Received } from "../../test/served.ts";
import { memoryStore } from "../session/memory.ts";
import type { SessionStore } from "../session/store.ts";
import { HttpError } from "./http-error.ts";
import { describeFailure, type RenderErrorPage } from "./respond.ts";

const SECRET = "SELECT * FROM users at /srv/app/db.js:3 express@5.3.0";
const PAGE = { Accept: "text/html" };

const throwingGetters = Object.defineProperties(new Error(SECRET), {
  message: { get: () => crash() },
  stack: { get: () => crash() },
  status: { get: () => crash() },
  expose: { get: () => crash() },
});
const throwingProxy = new Proxy(new Error(SECRET), {
  get: () => crash(),
  getPrototypeOf: () => crash(),
  ownKeys: () => crash(),
  has: () => crash(),
});

function crash(): never {
  throw new Error("trap");
}

const thrown: readonly [name: string, value: unknown][] = [
  ["an Error with a secret message", new Error(SECRET)],
  ["an Error whose cause is the secret", new Error("x", { cause: new Error(SECRET) })],
  [
    "an Error with a status that was meant for somebody else",
    Object.assign(new Error(SECRET), { status: 404 }),
  ],
  ["a string", SECRET],
  ["a number", 404],
  ["true", true],
  ["a symbol", Symbol(SECRET)],
  ["a frozen object", Object.freeze({ message: SECRET, status: 200 })],
  ["an object without a prototype", Object.assign(Object.create(null) as object, { message: SECRET })],
  ["an array", [SECRET]],
  ["a function", () => SECRET],
  ["an Error whose getters throw", throwingGetters],
  ["a Proxy whose traps throw", throwingProxy],
  ["an AggregateError", new AggregateError([new Error(SECRET)], SECRET)],
];

for (const environment of [undefined, "development", "production", "test"]) {
  for (const [name, value] of thrown) {
    test(`with NODE_ENV=${environment}, ${name} becomes a 500 that tells nothing`, async (context) => {
      const before = process.env["NODE_ENV"];
      if (environment === undefined) delete process.env["NODE_ENV"];
      else process.env["NODE_ENV"] = environment;
      context.after(() => {
        if (before === undefined) delete process.env["NODE_ENV"];
        else process.env["NODE_ENV"] = before;
      });
      const events = collectEvents(context);
      const { ask } = await serveProtected(context, (app) => {
        app.get("/sync", () => {
          throw value;
        });
        app.get("/async", async () => {
          await Promise.resolve();
          throw value;
        });
        app.get("/next", (_req, _res, next) => next(value));
      });
      for (const path of ["/sync", "/async", "/next"]) {
        for (const headers of [{}, PAGE]) assertTellsNothing(await ask({ path, headers }));
      }
      assert.deepEqual(
        events.map((event) => event.name),
        Array.from({ length: 6 }, () => "request.failed"),
      );
    });
  }
}

function assertTellsNothing(answer: Received): void {
  assert.equal(answer.status, 500);
  const told = answer.body + JSON.stringify(answer.headers);
  for (const secret of ["SELECT", "/srv", "db.js", "express@", "node_modules", "at ", "trap", "Error:"])
    assert.ok(!answer.body.includes(secret), `${secret} in ${answer.body}`);
  assert.ok(!told.includes("Express"), told);
  assert.equal(answer.headers["x-content-type-options"], "nosniff");
  assert.equal(answer.headers["cache-control"], "no-store");
  assert.ok(answer.headers["content-security-policy"]?.includes("object-src 'none'"));
}

const falsy: readonly [value: unknown, status: number][] = [
  [undefined, 404],
  [null, 404],
  [0, 500],
  ["", 500],
  [false, 500],
];
for (const [value, status] of falsy) {
  test(`Express takes a thrown ${JSON.stringify(value)} for no error at all, and the request still ends neutrally`, async (context) => {
    const { ask } = await serveProtected(context, (app) => {
      app.get("/", () => {
        throw value;
      });
    });
    const answer = await ask();
    assert.equal(answer.status, status);
    assert.deepEqual(Object.keys(JSON.parse(answer.body) as object).toSorted(), [
      "code",
      "requestId",
      "status",
      "title",
      "type",
    ]);
  });
}

async function answerOf(
  context: Parameters<typeof serveProtected>[0],
  routes: (app: Application) => void,
  render?: RenderErrorPage,
): Promise<Awaited<ReturnType<typeof serveProtected>>> {
  return serveProtected(context, routes, render === undefined ? {} : { errors: { render } });
}

const failingPages: readonly [name: string, render: RenderErrorPage][] = [
  ["throws", () => crash()],
  ["rejects", () => Promise.reject(new Error(SECRET))],
  ["returns nothing", (() => undefined) as unknown as RenderErrorPage],
  ["returns null", (() => null) as unknown as RenderErrorPage],
  ["returns an object", (() => ({ html: SECRET })) as unknown as RenderErrorPage],
  ["returns a number", (() => 200) as unknown as RenderErrorPage],
  ["rejects with a Proxy", async () => Promise.reject(throwingProxy)],
  [
    "sets a header and throws",
    (_facts, _req, res) => {
      res.setHeader("X-Half", SECRET);
      return crash();
    },
  ],
];

for (const [name, render] of failingPages) {
  test(`an error page that ${name} is replaced by the neutral one`, async (context) => {
    const events = collectEvents(context);
    const { ask } = await answerOf(
      context,
      (app) => {
        app.get("/", () => {
          throw new HttpError(409, "TAKEN");
        });
      },
      render,
    );
    const answer = await ask({ headers: PAGE });
    assert.equal(answer.status, 409);
    assert.match(answer.body, /<h1>409 Conflict<\/h1>/);
    assert.ok(!answer.body.includes("SELECT"));
    assert.equal(answer.headers["x-half"], undefined);
    assert.deepEqual(
      events.map((event) => event.name),
      ["request.refused", "request.failed"],
    );
  });
}

test("an own error page is sent with the status of the error and may use the nonce", async (context) => {
  const { ask } = await answerOf(
    context,
    () => undefined,
    (facts, _req, res) => `<p nonce="${res.locals.cspNonce}">${facts.status} ${facts.code}</p>`,
  );
  const answer = await ask({ path: "/nowhere", headers: PAGE });
  assert.equal(answer.status, 404);
  const nonce = /nonce="([\w-]{24})">404 NOT_FOUND/.exec(answer.body)?.[1];
  assert.ok(answer.headers["content-security-policy"]?.includes(`'nonce-${nonce}'`));
});

test("an own error page that answers by itself is left alone", async (context) => {
  const { ask } = await answerOf(
    context,
    () => undefined,
    (_facts, _req, res: Response) => {
      res.status(418).end("tea");
      return "";
    },
  );
  const answer = await ask({ headers: PAGE });
  assert.deepEqual([answer.status, answer.body], [418, "tea"]);
});

test("headers the route had set are dropped with its answer", async (context) => {
  const { ask } = await answerOf(context, (app) => {
    app.get("/", (_req, res) => {
      res.set({
        ETag: '"1"',
        "X-Secret": "1",
        "Content-Disposition": "attachment",
        "Cache-Control": "public",
      });
      res.cookie("a", "b");
      throw new HttpError(405, "METHOD_NOT_ALLOWED", { headers: { Allow: "GET" } });
    });
  });
  const { headers } = await ask();
  for (const name of ["etag", "x-secret", "content-disposition", "set-cookie"])
    assert.equal(headers[name], undefined);
  assert.equal(headers.allow, "GET");
  assert.equal(headers["cache-control"], "no-store");
});

test("HEAD gets the head of the error and no body", async (context) => {
  const { ask } = await answerOf(context, () => undefined);
  const [get, head] = [await ask({ path: "/x" }), await ask({ path: "/x", method: "HEAD" })];
  assert.equal(head.status, 404);
  assert.equal(head.body, "");
  assert.equal(head.headers["content-length"], get.headers["content-length"]);
});

test("an error in the middle of an answer cuts it off instead of ending it", async (context) => {
  const { raw } = await answerOf(context, (app) => {
    app.get("/", (_req, res) => {
      res.write("half");
      throw new Error(SECRET);
    });
  });
  const answer = await raw("GET / HTTP/1.1\r\nHost: localhost:3000\r\n\r\n");
  assert.doesNotMatch(answer, /\r\n0\r\n\r\n$/);
  assert.ok(!answer.includes("SELECT"));
});

test("an error after a complete answer does not take the answer back", async (context) => {
  const events = collectEvents(context);
  const { ask } = await answerOf(context, (app) => {
    app.get("/", (_req: Request, res: Response) => {
      res.send("x".repeat(500_000));
      throw new Error("late");
    });
  });
  const answer = await ask();
  assert.deepEqual([answer.status, answer.body.length], [200, 500_000]);
  assert.deepEqual(
    events.map((event) => event.name),
    ["request.failed"],
  );
});

test("next() after an answer neither cuts it off nor reports a 404", async (context) => {
  const events = collectEvents(context);
  const { ask } = await answerOf(context, (app) => {
    app.get("/whole", (_req, res, next) => {
      res.send("whole");
      next();
    });
    app.get("/streamed", (_req, res, next) => {
      res.write("str");
      setTimeout(() => res.end("eamed"), 20);
      next();
    });
  });
  assert.equal((await ask({ path: "/whole" })).body, "whole");
  assert.equal((await ask({ path: "/streamed" })).body, "streamed");
  assert.deepEqual(events, []);
});

test("two errors of one request are answered once", async (context) => {
  const { ask } = await answerOf(context, (app) => {
    app.get("/", (_req, _res, next) => {
      next(new HttpError(409, "TAKEN"));
      next(new HttpError(410, "GONE"));
    });
  });
  assert.equal((await ask()).status, 409);
  assert.equal((await ask({ headers: PAGE })).status, 409);
});

test("an error handler of the application sees the error, and the answer is its own", async (context) => {
  const { ask } = await answerOf(context, (app) => {
    app.get("/", () => {
      throw new HttpError(409, "TAKEN", { because: "name" });
    });
    app.use((error: HttpError, _req: Request, res: Response, _next: unknown) => {
      res.status(error.status).send(`mine ${error.because}`);
    });
  });
  assert.deepEqual((await ask()).body, "mine name");
});

test("a failure nobody listens for is written to standard error with its request id", async (context) => {
  const written: string[] = [];
  context.mock.method(process.stderr, "write", (text: string) => {
    written.push(text);
    return true;
  });
  const { ask } = await answerOf(context, (app) => {
    app.get("/", () => {
      throw new Error("the reason");
    });
  });
  const { requestId } = JSON.parse((await ask()).body) as { requestId: string };
  assert.equal(written.length, 1);
  assert.match(written[0] ?? "", new RegExp(`^hauberk: request ${requestId} failed: Error: the reason`));
});

for (const [name, value] of thrown) {
  test(`describing ${name} for the log does not throw`, () => {
    assert.equal(typeof describeFailure(value), "string");
  });
}

const phrases: readonly [name: string, answer: (res: Response) => unknown][] = [
  [
    "a line break and a header in its reason phrase",
    (res) => void (res.statusMessage = "x\r\nSet-Cookie: a=1"),
  ],
  ["an emoji in its reason phrase", (res) => void (res.statusMessage = "\u{1f600}")],
  ["a line break in the phrase it writes", (res) => res.writeHead(200, "a\nb").end()],
];
for (const [name, answer] of phrases) {
  for (const how of ["sends", "throws", "saves a session and sends"]) {
    test(`an answer with ${name} that ${how} becomes a 500, and the process goes on`, async (context) => {
      const store = memoryStore();
      const late: SessionStore = Object.assign(Object.create(store) as SessionStore, {
        insert: async (...given: Parameters<SessionStore["insert"]>) => {
          await setImmediate();
          return store.insert(...given);
        },
      });
      const { ask, raw } = await serveProtected(
        context,
        (app) => {
          app.get("/", (req, res) => {
            if (how.startsWith("saves")) Object.assign(req.session, { a: 1 });
            answer(res);
            if (how === "throws") throw new Error(SECRET);
            if (!res.writableEnded) res.send("x");
          });
        },
        { session: { store: late } },
      );
      const text = await raw("GET / HTTP/1.1\r\nHost: localhost:3000\r\nConnection: close\r\n\r\n");
      assert.match(text, /^HTTP\/1\.1 500 Internal Server Error\r\n/);
      assert.match(text, /\r\nContent-Security-Policy: /);
      assert.doesNotMatch(text, /a=1/);
      assert.equal((await ask({ path: "/none" })).status, 404);
    });
  }
}

test("an answer that cannot be written at all ends the connection and not the process", async (context) => {
  const { ask } = await answerOf(context, (app) => {
    app.get("/", (_req, res) => {
      res.writeHead = () => crash();
      res.send("x");
    });
  });
  await assert.rejects(ask({ headers: PAGE }), { code: "ECONNRESET" });
  await assert.rejects(ask(), { code: "ECONNRESET" });
  assert.equal((await ask({ path: "/none" })).status, 404);
});
