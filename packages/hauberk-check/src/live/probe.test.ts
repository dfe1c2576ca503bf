import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import net, { type AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { freePort } from "../../../../test/support/free-port.ts";
import { project, type Project } from "../../test/kit/project.ts";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import type { Report } from "../report/finding.ts";
import { probe } from "./probe.ts";

const INSECURE = `
const express = require("express");
const session = require("express-session");
const cors = require("cors");
const app = express();
app.use(session({ secret: "keyboard cat", resave: false, saveUninitialized: true }));
app.use(cors({ origin: true, credentials: true }));
app.use(express.urlencoded({ extended: false }), express.json());
app.use(express.static(__dirname, { dotfiles: "allow" }));
app.use((req, res, next) => req.path.startsWith("/admin") && !req.session.user ? res.redirect("/login") : next());
app.get("/", (req, res) => res.send('<a href="/login">in</a><a href="http://' + req.headers.host + '/x">x</a>'));
app.get("/login", (req, res) => res.send('<form method=post action=/login><input name=username><input type=password name=password></form>'));
app.post("/login", (req, res) => {
  if (req.body.username !== "ann" || req.body.password !== "pw") return res.status(401).send("no");
  req.session.user = "ann";
  res.redirect("/admin");
});
app.get("/admin", (req, res) => res.send('<h1>inside</h1><form method=post action=/logout><button>out</button></form>'));
app.post("/logout", (req, res) => { res.clearCookie("connect.sid"); res.redirect("/"); });
let deleted = 0;
app.post("/delete-everything", (req, res) => { deleted += 1; res.send("gone"); });
app.get("/settings", (req, res) => res.send('<form method=post action=/delete-everything><input name=sure></form>' + deleted));
app.listen(process.env.PORT, () => console.log("listening on port " + process.env.PORT));
`;

const HAUBERK = `
import express from "express";
import { hauberk } from "hauberk";
import { loginGuard } from "hauberk/limit";
import { memoryStore } from "hauberk/session/memory";
export const app = express();
const origin = "http://localhost:" + (process.env.PORT ?? "3000");
const secure = hauberk(app, { origins: [origin], insecureHttpOrigins: true, insecureHttpCookies: true, secrets: [process.env.APP_SECRET], session: { store: memoryStore() } });
app.get("/", (req, res) => {
  res.send('<!doctype html><title>x</title><form method="post" action="/login"><input type="hidden" name="_csrf" value="' + res.locals.csrftoken + '"><input name="user"><input type="password" name="password"></form>');
});
const guard = loginGuard({ secrets: [process.env.APP_SECRET], insecureHttpCookies: true });
app.post("/login", async (req, res) => {
  await guard.begin(req, String(req.body?.user));
  res.status(401).send("no");
});
if (process.env.PORT) await secure.listen({ port: Number(process.env.PORT), insecureServeAsRoot: true });
`;

const rules = (report: Report): readonly string[] => [...new Set(report.findings.map((one) => one.rule))];
const node = `"${process.execPath}" --no-warnings --conditions=source`;

async function started(made: Project, file: string, more: object = {}): Promise<Report> {
  const port = String(await freePort());
  const start = `PORT=${port} APP_SECRET=Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZmdo ${node} ${file}`;
  return check({
    folder: made.root,
    source: false,
    live: { start, url: `http://localhost:${port}`, folder: made.root, ...more },
  });
}

/** The same app as people wrote it for Express 3. */
const INSECURE_3 = INSECURE.replace(
  'const session = require("express-session");',
  "const session = express.session;",
)
  .replace("const app = express();", "const app = express();\napp.use(express.cookieParser());")
  .replace(
    "express.urlencoded({ extended: false }), express.json()",
    "express.urlencoded()).use(express.json()",
  )
  .replace('{ dotfiles: "allow" }', "{ hidden: true }");

for (const express of [3, 4, 5] as const) {
  describe(`an insecure app on Express ${String(express)}`, () => {
    let report: Report;
    before(async () => {
      const source = express === 3 ? INSECURE_3 : INSECURE;
      using made = project(express, { "app.cjs": source, ".env": "SECRET=abc\n" });
      report = await started(made, "app.cjs", { credentials: { user: "ann", password: "pw" } });
    });
    const expected = [
      "auth/path-variant-bypass",
      "cors/wildcard-credentials",
      "csrf/cross-origin-accepted",
      "error/stack-exposed",
      "fingerprint/x-powered-by",
      "headers/none",
      "host/header-trust",
      "ratelimit/auth-missing",
      "session/cookie-samesite",
      "session/fixation",
      "session/known-secret",
      "session/logout-not-destroyed",
      "static/sensitive-file",
    ];
    for (const id of expected) {
      it(`shows ${id}`, () => {
        assert.ok(rules(report).includes(id), rules(report).join(", "));
      });
    }
    it("is judged without a word of its cookies", () => {
      assert.doesNotMatch(JSON.stringify(report), /s%3A|s:[\w-]{20}/);
    });
    it("is not asked to do what it cannot undo", () => {
      assert.equal(
        report.findings.some((one) =>
          one.evidence.some((evidence) => evidence.url?.includes("delete-everything")),
        ),
        false,
      );
    });
  });
}

describe("an app that Hauberk protects", () => {
  it("is clean in what it answers", async () => {
    using made = project(5, { "app.mjs": HAUBERK });
    const report = await started(made, "app.mjs");
    assert.deepEqual(
      [report.notAnalysed, report.findings.map((one) => `${one.rule}: ${one.message}`)],
      [[], []],
    );
  });

  it("is clean in what it is made of", async () => {
    using made = project(5, {
      "app.mjs": HAUBERK.replaceAll("process.env.APP_SECRET", '"Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZmdo"'),
    });
    const report = await check({ folder: made.root, source: false, app: "app.mjs" });
    assert.deepEqual(
      [report.notAnalysed, report.findings.map((one) => `${one.rule}: ${one.message}`)],
      [[], []],
    );
    assert.deepEqual(
      report.apps[0]?.routes.map((one) => one.missing),
      [[], []],
    );
  });
});

describe("what could not be decided", () => {
  it("is listed, with what would decide it", async () => {
    const url = await serve((_req, res) => {
      res.setHeader("set-cookie", "sid=1").setHeader("content-type", "text/html");
      res.end("<form method=post action=/delete><input name=x></form>");
    });
    const report = await check({ files: memoryFiles(new Map()), source: false, live: { url } });
    const reasons = report.notChecked.map((one) => `${one.rule}: ${one.reason}`);
    assert.ok(
      reasons.some((one) => one.startsWith("csrf/cross-origin-accepted: the form to /delete was not sent")),
      reasons.join("\n"),
    );
    assert.ok(reasons.includes("session/fixation: needs a test account: --user and --password"));
  });
});

const servers: (Server | net.Server)[] = [];
after(() => {
  for (const server of servers) server.close();
});

async function serve(handler: Parameters<typeof createServer>[1]): Promise<string> {
  return open(createServer({ keepAliveTimeout: 1 }, handler));
}

async function open(server: Server | net.Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  server.unref();
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

const silent = (): void => undefined;

async function reasonOf(options: Parameters<typeof probe>[0]): Promise<string> {
  const probed = await probe(options, silent);
  return probed.ok ? "probed" : probed.reason;
}

describe("a server that cannot be probed", () => {
  it("is named when nothing listens", async () => {
    assert.match(
      await reasonOf({ url: `http://127.0.0.1:${String(await freePort())}` }),
      /^nothing listens at/,
    );
  });
  it("is named when it does not speak HTTP", async () => {
    const url = await open(
      net.createServer((socket) => {
        socket.on("error", silent).end("220 mail ready\r\n");
      }),
    );
    assert.match(await reasonOf({ url }), /does not speak HTTP/);
  });
  it("is named when it closes the connection", async () => {
    const url = await open(
      net.createServer((socket) => {
        socket.destroy();
      }),
    );
    assert.match(await reasonOf({ url }), /could not be asked/);
  });
  it("is named when it never answers", async () => {
    const url = await open(net.createServer(silent));
    assert.match(await reasonOf({ url, totalMs: 300 }), /no answer within 0\.\d+ s/);
  });
  it("is named when another process has the port", async () => {
    const url = await serve((_req, res) => res.end("another app"));
    assert.match(await reasonOf({ url, start: "node app.js" }), /listens on port \d+ already/);
  });
  it("is named when the command ends at once", async () => {
    const url = `http://127.0.0.1:${String(await freePort())}`;
    assert.match(
      await reasonOf({ url, start: "echo 'Error: no config' >&2; exit 3" }),
      /ended with code 3 \(Error: no config\)/,
    );
  });
  it("is named when the command never opens the port, and the command is stopped", async () => {
    const url = `http://127.0.0.1:${String(await freePort())}`;
    const begun = Date.now();
    assert.match(
      await reasonOf({ url, start: "sleep 600", timeoutMs: 300 }),
      /nothing listens on port \d+ 0\.3 s after the start/,
    );
    assert.ok(Date.now() - begun < 3_000);
  });
  it("is named when it is another machine", async () => {
    assert.match(await reasonOf({ url: "http://192.0.2.1/" }), /not this machine/);
  });
});

describe("the probes", () => {
  it("never leave the origin, whatever redirects and pages say", async () => {
    let visits = 0;
    const other = await serve((_req, res) => {
      visits += 1;
      res.end();
    });
    const url = await serve((req, res) => {
      if (req.url === "/away") res.writeHead(302, { location: `${other}/` }).end();
      else
        res
          .setHeader("content-type", "text/html")
          .end(
            `<a href="${other}/">x</a><a href="/away">y</a><img src="${other}/i.png"><form method=post action="${other}/login"><input type=password name=p></form>`,
          );
    });
    assert.equal((await probe({ url }, () => undefined)).ok, true);
    assert.equal(visits, 0);
  });

  it("leave alone what listened before the app was started, also when the app names it", async () => {
    let visits = 0;
    const stranger = await serve((_req, res) => {
      visits += 1;
      res.end("a database");
    });
    const port = await freePort();
    using made = project(5, {
      "app.cjs": `console.log("connected to ${stranger}");
        setTimeout(() => require("http").createServer((req, res) => res.end("hi"))
          .listen(${String(port)}, "127.0.0.1", () => console.log("listening on http://127.0.0.1:${String(port)}")), 200);`,
    });
    const probed = await probe(
      { start: `${node} app.cjs`, folder: made.root, totalMs: 300 },
      () => undefined,
    );
    assert.deepEqual([probed.ok && probed.facts.origin, visits], [`http://localhost:${String(port)}`, 0]);
  });

  it("come one at a time, and no faster than two hundred a second", async () => {
    let [asked, pending, most] = [0, 0, 0];
    const url = await serve((req, res) => {
      asked += 1;
      pending += 1;
      most = Math.max(most, pending);
      res.once("close", () => {
        pending -= 1;
      });
      const links = Array.from({ length: 50 }, (_, i) => `<a href="${req.url ?? ""}${String(i)}">x</a>`);
      setTimeout(() => res.setHeader("content-type", "text/html").end(links.join("")), 1);
    });
    const begun = Date.now();
    await probe({ url, totalMs: 500 }, () => undefined);
    assert.equal(most, 1);
    assert.ok(asked > 10 && asked <= (Date.now() - begun) / 5, `${String(asked)} requests`);
  });

  it("send no unsafe request to a form without a token", async () => {
    const unsafe: string[] = [];
    const url = await serve((req, res) => {
      if (req.method !== "GET" && req.method !== "OPTIONS" && req.method !== "TRACE")
        unsafe.push(`${req.method ?? ""} ${req.url ?? ""}`);
      res.statusCode = req.url === "/" ? 200 : 404;
      res
        .setHeader("content-type", "text/html")
        .end("<form method=post action=/delete><input name=x></form><a href=/logout>out</a>");
    });
    await probe({ url }, () => undefined);
    assert.deepEqual(
      [...new Set(unsafe.map((one) => one.replace(/\/hauberk-check-[^ ]*/, "/nowhere")))],
      ["POST /nowhere"],
    );
  });

  it("end in time at a slow server", async () => {
    const url = await serve((_req, res) => {
      setTimeout(() => res.end("slow"), 100);
    });
    const begun = Date.now();
    const probed = await probe({ url, totalMs: 1_000 }, () => undefined);
    assert.ok(Date.now() - begun < 4_500);
    assert.ok(
      probed.ok && probed.facts.failures.some((one) => /too many requests, or too much time/.test(one)),
    );
  });
});
