import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, describe, it } from "node:test";
import express from "express";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import type { Report } from "../report/finding.ts";
import type { LiveOptions } from "./probe.ts";

const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

async function probed(handler: RequestListener, more: Partial<LiveOptions> = {}): Promise<Report> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return check({ files: memoryFiles(new Map()), source: false, live: { url, ...more } });
}

const messages = (report: Report, rule: string): readonly string[] =>
  report.findings.filter((one) => one.rule === rule).flatMap((one) => one.evidence.map((e) => e.message));

const upper = (value: unknown): string => (value as string).toUpperCase();

const careful: express.RequestHandler = (req, res) => {
  const value = req.method === "GET" ? req.query["q"] : (req.body as { user?: unknown } | undefined)?.user;
  if (typeof value !== "string" || value.length > 100) res.status(400).send("no");
  else res.status(req.method === "GET" ? 200 : 401).send("fine");
};

const broken: express.RequestHandler = (_req, res) => void res.status(500).send("down");

const onError: express.ErrorRequestHandler = (
  error: { status?: number; stack: string },
  _req,
  res,
  _next,
) => {
  res.status(error.status ?? 500).send(error.status === undefined ? error.stack : "no");
};

describe("odd input", () => {
  const page =
    "<form action=/search><input name=q></form><form method=post action=/login><input name=user><input type=password name=password></form>";
  const shop = (search: express.RequestHandler, login: express.RequestHandler): express.Express => {
    const app = express();
    app.set("env", "test");
    app.set("query parser", "extended");
    app.get("/", (_req, res) => void res.send(page));
    app.use(express.json(), express.urlencoded({ extended: true }));
    app.get("/search", search);
    app.post("/login", login);
    app.use(onError);
    return app;
  };

  it("that a handler fails at is found, with the stack it shows", async () => {
    const report = await probed(
      shop(
        (req, res) => void res.send(upper(req.query["q"])),
        (req, res) => void res.status(401).send(upper((req.body as { user: unknown }).user)),
      ),
    );
    const found = messages(report, "input/odd-fails").join("\n");
    assert.match(found, /GET \/search answers 500 to the same parameter twice, a list, an object/);
    assert.match(found, /POST \/login answers 500 to .*a number in JSON, null in JSON, an object in JSON/);
    assert.doesNotMatch(found, /breaks off/);
    assert.match(messages(report, "error/stack-exposed").join("\n"), /500 answer shows a stack trace/);
  });

  it("that is refused or taken for text is not", async () => {
    const report = await probed(shop(careful, careful));
    assert.deepEqual(messages(report, "input/odd-fails"), []);
    assert.deepEqual(messages(report, "error/stack-exposed"), []);
  });

  it("says nothing about an app that fails at ordinary values too", async () => {
    assert.deepEqual(messages(await probed(shop(broken, broken)), "input/odd-fails"), []);
  });

  it("is not what a form is refused for whose token is missing or used up, with a 500", async () => {
    for (const isTakenOnce of [true, false]) {
      let token = 0;
      const app = express();
      const form = (): string =>
        `<form method=post action=/login><input type=hidden name=_csrf value=${String((token += 1))}><input name=user><input type=password name=password></form>`;
      app.use(express.urlencoded({ extended: false }));
      app.get("/", (_req, res) => void res.send(form()));
      app.post("/login", (req, res) => {
        const body = (req.body ?? {}) as Record<string, unknown>;
        const isRight = body["_csrf"] === String(token) && token > 0;
        if (isTakenOnce) token += 1;
        if (!isRight) res.status(500).send("the token is wrong");
        else if (body["user"] === "hauberk") res.status(401).send("no");
        else res.status(500).send(typeof body["user"] === "string" ? "a fault" : "another fault");
      });
      const found = messages(await probed(app), "input/odd-fails").join("\n");
      assert.match(
        found,
        /POST \/login answers 500 to a value of 5,000 characters, the same parameter twice/,
      );
      assert.doesNotMatch(found, /JSON|nobody reads/);
    }
  });

  it("stays out of forms that may change something, and is bounded", async () => {
    let orders = 0;
    let asked = 0;
    const app = express();
    app.use((_req, _res, next) => {
      asked += 1;
      next();
    });
    app.get(
      "/",
      (_req, res) => void res.send("<form method=post action=/orders><input name=amount></form>".repeat(20)),
    );
    app.post("/orders", (_req, res) => {
      orders += 1;
      res.send("made");
    });
    const report = await probed(app);
    assert.equal(orders, 0);
    assert.match(
      report.notChecked.map((one) => one.reason).join("\n"),
      /no form that may be sent with odd input/,
    );
    await probed(app, { allowWrites: true });
    assert.ok(orders > 0 && asked <= 1_000, `${String(asked)} requests`);
  });

  it("from a page made to be slow is read in time", async () => {
    const text = "<form ".repeat(10_000) + "<a ".repeat(20_000);
    const before = process.cpuUsage();
    await probed((_req, res) => void res.setHeader("content-type", "text/html").end(text));
    assert.ok(process.cpuUsage(before).user < 10_000_000);
  });
});
