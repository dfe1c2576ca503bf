import assert from "node:assert/strict";
import { writeFileSync, mkdtempSync, createReadStream } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, test } from "node:test";
import type { Application, Request, Response } from "express";
import { BOTH_KINDS, serve, type Fault } from "../../test/session/app.ts";
import { onSecurityEvent } from "../events/index.ts";
import { contextOf } from "../internal/context.ts";
import "../express.ts";
import { keyOf } from "./id.ts";

const file = join(mkdtempSync(join(tmpdir(), "hauberk-")), "large.txt");
writeFileSync(file, "x".repeat(300_000));

declare module "./session.ts" {
  interface SessionData {
    n: number;
    cart: string[];
  }
}

/** Every way an Express answer begins. All of them first put something into the session. */
const answers: Readonly<Record<string, (res: Response, req: Request) => unknown>> = {
  "res.send": (res) => res.send("done"),
  "res.json": (res) => res.json({ done: true }),
  "res.redirect": (res) => res.redirect("/elsewhere"),
  "res.sendStatus": (res) => res.sendStatus(204),
  "res.end": (res) => res.end("done"),
  "res.write": (res) => {
    res.write("do");
    res.write("ne");
    res.end();
  },
  "res.writeHead with headers": (res) =>
    res.writeHead(201, { "Content-Type": "text/plain", "Set-Cookie": "mine=1" }).end("done"),
  "res.writeHead with a list": (res) =>
    res.writeHead(201, "Made", ["Content-Type", "text/plain"]).end("done"),
  "res.flushHeaders": (res) => {
    res.flushHeaders();
    res.end("done");
  },
  "res.sendFile": (res) => res.sendFile(file),
  "a pipe": (res) => createReadStream(file).pipe(res),
  "a pipeline": async (res) => pipeline(Readable.from(["do", "ne"]), res),
  "res.write and res.end in later turns": async (res) => {
    res.write("do");
    await new Promise((resolve) => setTimeout(resolve, 10));
    res.end("ne");
  },
};

function routes(app: Application): void {
  app.get("/read", (req, res) => void res.json(Object.fromEntries(Object.entries(req.session))));
  for (const [name, answer] of Object.entries(answers)) {
    app.all(`/${encodeURIComponent(name)}`, async (req, res) => {
      req.session.n = 1;
      await answer(res, req);
    });
  }
}

/** Ways to stream; each calls `change` after its first byte. */
const streams = {
  "at once": (res: Response, change: () => void) => {
    res.write("do");
    change();
    res.end("ne");
  },
  "with writeHead alone before it": (res: Response, change: () => void) => {
    res.writeHead(200);
    change();
    res.end("done");
  },
  "in a later turn": async (res: Response, change: () => void) => {
    res.write("do");
    await new Promise((resolve) => setTimeout(resolve, 10));
    change();
    res.end("ne");
  },
  "out of a pipe": (res: Response, change: () => void) => {
    const source = Readable.from(["do", "ne"]);
    source.on("end", change);
    source.pipe(res);
  },
} as const;

function lateRoutes(app: Application, answer: (res: Response, change: () => void) => unknown): void {
  routes(app);
  app.get("/begin", (req, res) => {
    req.session.n = 1;
    res.send("begun");
  });
  app.get("/late", async (req, res) => answer(res, () => void (req.session.n = 2)));
}

/** What a connection answers until it ends. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(text);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("latin1");
}

for (const [kind, make] of BOTH_KINDS) {
  describe(`with ${kind}`, () => {
    for (const name of Object.keys(answers)) {
      for (const method of ["GET", "HEAD"]) {
        test(`saves before the answer of ${name} to ${method}`, async () => {
          const troubled = make();
          const served = await serve(routes, { store: troubled.store });
          const answer = await served.ask(`/${encodeURIComponent(name)}`, { method });
          assert.ok(answer.status < 400, String(answer.status));
          assert.equal((await served.ask("/read", { sid: answer.sid })).body, '{"n":1}');
          if (name.includes("pipe") && method === "GET") assert.ok(answer.body.length >= 4);
          if (name === "a pipe" && method === "GET") assert.equal(answer.body.length, 300_000);
          if (name.includes("with headers")) assert.equal(answer.headers["set-cookie"]?.length, 2);
          await served.close();
        });

        for (const fault of ["throw", "reject", "hang"] satisfies Fault[]) {
          test(`answers 503 without a cookie to ${method} when the save is a ${fault}, ${name}`, async () => {
            const troubled = make();
            troubled.fail(fault, "insert");
            const served = await serve(routes, { store: troubled.store, storeTimeoutMs: 20 });
            const answer = await served.ask(`/${encodeURIComponent(name)}`, { method });
            assert.equal(answer.status, 503);
            assert.equal(answer.headers["set-cookie"], undefined);
            assert.equal(answer.headers["retry-after"], "2");
            if (method === "GET") assert.match(answer.body, /SESSION_STORE_FAILED/);
            await served.close();
          });
        }
      }
    }

    test("sends no cookie of the toolkit's own with the 503 either", async () => {
      const troubled = make();
      troubled.fail("reject", "insert");
      const served = await serve(
        (app) => {
          app.get("/", (req, res) => {
            req.session.n = 1;
            contextOf(req).addCookie("__Host-csrf=fresh; Path=/; Secure");
            res.cookie("mine", "1").send("done");
          });
        },
        { store: troubled.store },
      );
      const answer = await served.ask("/");
      assert.deepEqual([answer.status, answer.headers["set-cookie"]], [503, undefined]);
      await served.close();
    });

    test("keeps status and headers as they were when the answer began", async () => {
      const served = await serve(
        (app) => {
          app.get("/", (req, res) => {
            req.session.n = 1;
            res.status(202).set("X-Early", "1").send("done");
            res.statusCode = 500;
            try {
              res.setHeader("X-Late", "1");
            } catch {
              // as Node does once headers are out
            }
          });
        },
        { store: make().store },
      );
      const answer = await served.ask("/");
      assert.equal(answer.status, 202);
      assert.equal(answer.headers["x-early"], "1");
      assert.equal(answer.headers["x-late"], undefined);
      assert.equal(answer.body, "done");
      await served.close();
    });

    for (const [name, misuse] of [
      ["a status that is none", (res: Response) => res.writeHead(99)],
      [
        "a chunk that is none",
        (res: Response) => (res as unknown as { write: (chunk: number) => unknown }).write(1),
      ],
      ["a header that is none", (res: Response) => res.writeHead(200, { "X-A": "a\r\nb" })],
    ] as const) {
      test(`answers an error and lives on after ${name}`, async () => {
        const served = await serve(
          (app) => {
            app.get("/", (req, res) => {
              req.session.n = 1;
              misuse(res);
            });
            app.get("/read", (_req, res) => void res.send("alive"));
          },
          { store: make().store },
        );
        const failed = await served.ask("/").catch(() => undefined);
        assert.ok(failed === undefined || failed.status === 500);
        assert.equal((await served.ask("/read")).body, "alive");
        await served.close();
      });
    }

    test("answers once when a route ends twice and writes after the end", async () => {
      const served = await serve(
        (app) => {
          app.get("/", (req, res) => {
            req.session.n = 1;
            res.on("error", () => undefined);
            res.end("first");
            res.end("second");
            res.write("third");
          });
        },
        { store: make().store },
      );
      assert.equal((await served.ask("/")).body, "first");
      assert.equal((await served.ask("/")).body, "first");
      await served.close();
    });

    test("lives on when the client is gone before the save is done", async () => {
      const troubled = make();
      const served = await serve(routes, { store: troubled.store });
      for (const name of ["res.send", "a pipe", "a pipeline", "res.sendFile"]) {
        const socket = connect(served.port, "127.0.0.1");
        socket.on("error", () => undefined);
        socket.write(`GET /${encodeURIComponent(name)} HTTP/1.1\r\nHost: a\r\n\r\n`);
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await new Promise((resolve) => setTimeout(resolve, 3));
        socket.destroy();
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
      assert.equal((await served.ask("/read")).status, 200);
      await served.close();
    });

    for (const [name, answer] of Object.entries(streams)) {
      test(`saves what changes after the first byte, before the last: ${name}`, async () => {
        const troubled = make();
        const served = await serve((app) => lateRoutes(app, answer), { store: troubled.store });
        const { sid } = await served.ask("/begin");
        assert.equal((await served.ask("/late", { sid })).body, "done");
        assert.equal((await served.ask("/read", { sid })).body, '{"n":2}');
        await served.close();
      });

      for (const fault of ["throw", "reject", "hang"] satisfies Fault[]) {
        test(`cuts the answer short when that save is a ${fault}: ${name}`, async () => {
          const troubled = make();
          const served = await serve((app) => lateRoutes(app, answer), {
            store: troubled.store,
            storeTimeoutMs: 50,
          });
          const { sid } = await served.ask("/begin");
          troubled.calls.length = 0;
          troubled.fail(fault, "update");
          await assert.rejects(served.ask("/late", { sid }), { code: "ECONNRESET" });
          assert.deepEqual(troubled.calls, ["get", "update"]);
          troubled.fail("none", "update");
          assert.equal((await served.ask("/read", { sid })).body, '{"n":1}');
          await served.close();
        });
      }
    }

    test("tells of a visitor's session that begins after the first byte, and stores nothing", async (t) => {
      const troubled = make();
      const because: unknown[] = [];
      t.after(onSecurityEvent((event) => because.push([event.name, event.because])));
      const served = await serve((app) => lateRoutes(app, streams["at once"]), { store: troubled.store });
      const answer = await served.ask("/late");
      assert.deepEqual([answer.status, answer.body, answer.sid], [200, "done", undefined]);
      assert.deepEqual(troubled.calls, []);
      assert.deepEqual(because, [["session.write-dropped", "answer-begun"]]);
      await served.close();
    });

    test("writes the idle time once for a page that streams", async () => {
      const troubled = make();
      const served = await serve(
        (app) => {
          routes(app);
          app.get("/stream", (req, res) => {
            res.write(String(req.session.n));
            res.end();
          });
        },
        { store: troubled.store },
      );
      const { sid } = await served.ask("/res.send");
      await troubled.store.touch(keyOf(sid ?? ""), Date.now() + 60_000);
      troubled.calls.length = 0;
      assert.equal((await served.ask("/stream", { sid })).body, "1");
      assert.deepEqual(troubled.calls, ["get", "touch"]);
      await served.close();
    });

    for (const fault of ["none", "reject"] satisfies Fault[]) {
      test(`lets hints go ahead of the answer, and no more, when the save is a ${fault}`, async () => {
        const troubled = make();
        const served = await serve(
          (app) => {
            app.get("/", (req, res) => {
              req.session.n = 1;
              res.writeEarlyHints({ link: "</a.css>; rel=preload; as=style" });
              res.writeProcessing();
              res.setHeader("Trailer", "X-Sum");
              res.write("done");
              res.addTrailers({ "X-Sum": "4" });
              res.end();
            });
          },
          { store: troubled.store },
        );
        troubled.fail(fault, "insert");
        const text = await raw(served.port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        const heads = text.match(/HTTP\/1\.1 [0-9]+/g);
        const last = fault === "none" ? "HTTP/1.1 200" : "HTTP/1.1 503";
        assert.deepEqual(heads, ["HTTP/1.1 103", "HTTP/1.1 102", last]);
        assert.equal(text.includes("Set-Cookie: __Host-sid="), fault === "none");
        assert.equal(/\r\nX-Sum: 4\r\n/.test(text), fault === "none");
        assert.equal(text.includes("done"), fault === "none");
        await served.close();
      });
    }

    test("sees a change deep inside a value", async () => {
      const troubled = make();
      const served = await serve(
        (app) => {
          app.get("/add/:item", (req, res) => {
            req.session.cart ??= [];
            req.session.cart.push(req.params.item);
            res.json(req.session.cart);
          });
        },
        { store: troubled.store },
      );
      const { sid } = await served.ask("/add/a");
      await served.ask("/add/b", { sid });
      assert.equal((await served.ask("/add/c", { sid })).body, '["a","b","c"]');
      await served.close();
    });

    test("writes nothing for a session that was only read, and no record for a visitor", async () => {
      const troubled = make();
      const served = await serve(routes, { store: troubled.store });
      const { sid } = await served.ask("/res.send");
      troubled.calls.length = 0;
      await served.ask("/read", { sid });
      await served.ask("/read");
      assert.deepEqual(troubled.calls, ["get"]);
      await served.close();
    });

    test("saves a value again that is set back to what it was, and nothing when nothing changes", async () => {
      const troubled = make();
      const served = await serve(routes, { store: troubled.store });
      const { sid } = await served.ask("/res.send");
      troubled.calls.length = 0;
      await served.ask("/res.send", { sid });
      assert.deepEqual(troubled.calls, ["get"]);
      await served.close();
    });
  });
}
