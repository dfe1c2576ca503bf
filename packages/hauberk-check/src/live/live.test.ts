import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import express from "express";
import helmet from "helmet";
import session from "express-session";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import { lensFailed, type Report } from "../report/finding.ts";
import type { LiveOptions } from "./probe.ts";

const files = memoryFiles(new Map());

async function probed(handler: RequestListener, more: Partial<LiveOptions> = {}): Promise<Report> {
  const server = createServer(handler);
  const url = await listen(server);
  try {
    return await check({ files, source: false, live: { url, ...more } });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

const rules = (report: Report): readonly string[] => [...new Set(report.findings.map((one) => one.rule))];

describe("the live lens", () => {
  it("finds what a bare app shows", async () => {
    const app = express();
    app.use(session({ secret: "keyboard cat", resave: false, saveUninitialized: true }));
    app.get("/", (req, res) => {
      res
        .set("Access-Control-Allow-Origin", req.get("origin") ?? "*")
        .set("Access-Control-Allow-Credentials", "true");
      res.send(
        `<form method="post" action="/login"><input name="user"></form><a href="http://${req.get("host") ?? ""}/x">x</a>`,
      );
    });
    app.post("/login", (_req, res) => {
      res.status(401).send("no");
    });
    app.get("/.env", (_req, res) => {
      res.type("text").send("SESSION_SECRET=x\n");
    });
    const found = rules(await probed(app));
    for (const id of [
      "headers/none",
      "fingerprint/x-powered-by",
      "session/known-secret",
      "session/cookie-samesite",
      "session/default-name",
      "cors/wildcard-credentials",
      "csrf/cross-origin-accepted",
      "static/sensitive-file",
      "host/header-trust",
    ]) {
      assert.ok(found.includes(id), `${id} is missing from ${found.join(", ")}`);
    }
  });

  it("finds nothing in a careful app", async () => {
    const app = express();
    app.use(helmet());
    app.use((_req, res, next) => {
      res.set("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
      next();
    });
    app.get("/", (_req, res) => {
      res.send('<form method="post" action="/login"><input name="user"></form>');
    });
    app.post("/login", (req, res) => {
      if (req.get("sec-fetch-site") !== "same-origin") res.sendStatus(403);
      else res.sendStatus(401);
    });
    app.use((_req, res) => {
      res.status(404).send("nothing here");
    });
    app.use((_error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
      res.status(400).send("no");
    });
    assert.deepEqual(rules(await probed(app)), []);
  });

  it("names one fault where every origin is let in, and none where a cookie is taken away", async () => {
    const app = express();
    app.use(helmet());
    app.get("/", (req, res) => {
      res.set("Access-Control-Allow-Origin", req.get("origin") ?? "*").set("Vary", "Origin");
      res.append("Set-Cookie", "sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
      res.send("hi");
    });
    const found = rules(await probed(app));
    assert.deepEqual(
      found.filter((id) => /^(?:cors|session|cookie)\//.test(id)),
      ["cors/reflect-origin"],
    );
  });

  it("calls a literal * with credentials what browsers make of it, and an echo worse", async () => {
    for (const [origin, severity, words] of [
      [undefined, "medium", /browsers refuse the two together/],
      ["echo", "high", /was answered with https:.* and credentials/],
    ] as const) {
      const report = await probed((req, res) => {
        res.setHeader(
          "access-control-allow-origin",
          origin === undefined ? "*" : (req.headers.origin ?? "*"),
        );
        res.setHeader("access-control-allow-credentials", "true").end("hi");
      });
      const found = report.findings.filter((one) => one.rule === "cors/wildcard-credentials");
      assert.deepEqual(
        found.map((one) => one.severity),
        [severity],
      );
      assert.match(found[0]?.message ?? "", words);
    }
  });

  it("finds a stack trace in an error page", async () => {
    const app = express();
    app.use(helmet());
    app.set("env", "development");
    app.use(express.json());
    app.get("/", (_req, res) => {
      res.send("hi");
    });
    assert.ok(rules(await probed(app)).includes("error/stack-exposed"));
  });

  it("asks no machine but this one without being told", async () => {
    const report = await check({ files, source: false, live: { url: "http://192.0.2.1/" } });
    assert.match(report.notAnalysed[0]?.reason ?? "", /not this machine/);
    assert.equal(report.apps.length, 0);
  });

  it("names a server that does not answer", async () => {
    const server = createServer(() => undefined);
    const url = await listen(server);
    server.close();
    const report = await check({ files, source: false, live: { url } });
    assert.match(report.notAnalysed[0]?.reason ?? "", /nothing listens at/);
  });

  it("names a server that never answers, after the time that was set", async () => {
    const report = await probed(() => undefined, { timeoutMs: 300 });
    assert.match(report.notAnalysed[0]?.reason ?? "", /no answer within 0\.3 s/);
  });

  for (const [name, location] of [
    ["to HTTPS", "https://127.0.0.1:1/"],
    ["to itself", "/"],
    ["to what is no address", "http://[no"],
  ] as const) {
    it(`names a server that sends everybody ${name}, and calls it no pass`, async () => {
      const report = await probed((_req, res) => void res.writeHead(302, { location }).end());
      assert.match(report.notAnalysed[0]?.reason ?? "", /every answer leads elsewhere, the last one to /);
      assert.ok(lensFailed(report));
      assert.equal(report.apps.length, 0);
    });
  }

  for (const end of ["", "/"])
    it(`has looked where a limit turned away some of the probes, at an address that ends with "${end}" or not`, async () => {
      let asked = 0;
      const server = createServer((_req, res) => void res.writeHead((asked += 1) > 20 ? 429 : 200).end("ok"));
      const url = `${await listen(server)}${end}`;
      const report = await check({ files, source: false, live: { url } });
      server.closeAllConnections();
      server.close();
      assert.match(
        report.notAnalysed.map((one) => one.reason).join(),
        /rate limit turned away \d+ of the probes/,
      );
      assert.equal(lensFailed(report), false);
    });

  it("names a server whose limit turns everybody away", async () => {
    const report = await probed((_req, res) => void res.writeHead(429).end());
    assert.match(report.notAnalysed[0]?.reason ?? "", /rate limit turned the first request away/);
    assert.equal(report.apps.length, 0);
  });

  it("reads an app whose first page leads to another, and one that lets nobody in", async () => {
    for (const status of [200, 401]) {
      const report = await probed((req, res) => {
        if (req.url === "/") res.writeHead(302, { location: "/in" }).end();
        else res.writeHead(status).end("in");
      });
      assert.equal(report.apps.length, 1);
    }
  });

  it("names a start command that ends at once", async () => {
    const report = await check({
      files: { ...files, root: "." },
      source: false,
      live: { url: "http://127.0.0.1:1", start: "exit 3" },
    });
    assert.match(report.notAnalysed[0]?.reason ?? "", /ended with code 3/);
  });
});
