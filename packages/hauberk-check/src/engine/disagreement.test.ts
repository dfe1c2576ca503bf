import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { project } from "../../test/kit/project.ts";
import { check } from "../check.ts";
import type { Report } from "../report/finding.ts";
import { html } from "../report/html.ts";
import { json } from "../report/json.ts";
import { pretty } from "../report/pretty.ts";

/** Mounts helmet for whoever reads the source, and takes it out again before anybody is served. */
const TAKEN_OUT = `
const express = require("express");
const helmet = require("helmet");
const app = express();
app.use(helmet());
app.get("/", (req, res) => res.send("hi"));
app.router.stack.shift();
module.exports = app;
`;

/** Looks bare to whoever reads the source, and is not: a wrapper that no reader follows. */
const HIDDEN_HELMET = `
const express = require("express");
const app = express();
Reflect.apply(app.use, app, [require(["hel", "met"].join(""))()]);
app.get("/", (req, res) => res.send("hi"));
module.exports = app;
`;

const nothing = { read: (): undefined => undefined };

async function served(
  answer: Record<string, string>,
  run: (url: string) => Promise<Report>,
): Promise<Report> {
  const server = createServer((_req, res) => {
    for (const [name, value] of Object.entries(answer)) res.setHeader(name, value);
    res.end("hi");
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  try {
    return await run(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("lenses that disagree", () => {
  it("make one finding when the source mounts helmet and the running stack has none", async () => {
    using made = project(5, { "app.js": TAKEN_OUT });
    const report = await check({ folder: made.root, app: "app.js", only: ["headers"] });
    const [found, ...more] = report.findings.filter((one) => one.rule === "headers/none");
    assert.deepEqual([more, found?.lenses, found?.disagreement], [[], ["stack"], true]);
    assert.deepEqual(
      found?.evidence.map((one) => [one.lens, one.agrees, one.message, one.place?.line]),
      [
        ["stack", true, "Nothing in this app sets a security header.", undefined],
        ["source", false, "helmet is mounted here, and sets content-security-policy.", 5],
      ],
    );
  });

  it("make one finding when the source mounts helmet and the answers carry nothing", async () => {
    using made = project(5, { "app.js": TAKEN_OUT });
    const report = await served({}, async (url) =>
      check({ folder: made.root, live: { url }, only: ["headers"] }),
    );
    const found = report.findings.find((one) => one.rule === "headers/none");
    assert.deepEqual(
      found?.evidence.map((one) => `${one.lens} ${String(one.agrees)}`),
      ["live true", "source false"],
    );
  });

  it("show what the answers carry when the source says that nothing does", async () => {
    const source = TAKEN_OUT.replace("app.use(helmet());", "").replace("app.router.stack.shift();", "");
    using made = project(5, { "app.js": source });
    const report = await served({ "x-frame-options": "DENY" }, async (url) =>
      check({ folder: made.root, live: { url }, only: ["headers/none"] }),
    );
    const [found] = report.findings;
    assert.deepEqual(
      found?.evidence.map((one) => `${one.lens}: ${one.message}`),
      ["source: Nothing in this app sets a security header.", "live: The page carries x-frame-options: DENY"],
    );
  });

  it("are shown in every format for people and programs", async () => {
    using made = project(5, { "app.js": TAKEN_OUT });
    const report = await check({ folder: made.root, app: "app.js", only: ["headers/none"] });
    assert.match(pretty(report, nothing, false), /\(high confidence, stack; source disagrees\)/);
    assert.match(pretty(report, nothing, false), /source disagrees: helmet is mounted here.*\(app\.js:5\)/);
    assert.match(
      html(report, nothing),
      /<li class="against"><b>source disagrees<\/b> helmet is mounted here/,
    );
    const parsed = JSON.parse(json(report)) as Report;
    assert.deepEqual(
      parsed.findings.map((one) => [one.disagreement, one.evidence.map((evidence) => evidence.agrees)]),
      [[true, [true, false]]],
    );
  });

  it("do not include one that is silent about an app in which it saw no route", async () => {
    using made = project(5, {
      "app.js": `const express = require("express");
const app = express();
app.use("/docs", require("./docs")());
module.exports = app;
`,
      "docs.js": "module.exports = () => eval('(req, res) => res.send(1)');\n",
    });
    const report = await served({ "x-powered-by": "Express" }, async (url) =>
      check({ folder: made.root, app: "app.js", live: { url }, only: ["fingerprint"] }),
    );
    assert.deepEqual(
      report.findings.map((one) => [one.rule, one.lenses.at(-1), one.disagreement]),
      [["fingerprint/x-powered-by", "live", false]],
    );
  });

  it("do not include options that say nothing of what was seen from outside", async () => {
    using made = project(5, {
      "app.js": `const express = require("express");
const { ApolloServer } = require("@apollo/server");
const { expressMiddleware } = require("@apollo/server/express4");
const app = express();
const server = new ApolloServer({ typeDefs: "type Query { a: String }", resolvers: {} });
app.use("/graphql", express.json(), expressMiddleware(server));
app.get("/", (req, res) => res.send("hi"));
app.listen(3000);
`,
    });
    const schema = JSON.stringify({
      data: { __schema: { queryType: { name: "Query" }, types: [{ name: "Query" }] } },
    });
    const server = createServer((_req, res) => {
      res.setHeader("content-type", "application/json").end(schema);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const report = await check({ folder: made.root, live: { url }, only: ["graphql"] });
    server.closeAllConnections();
    server.close();
    assert.deepEqual(
      report.findings.map((one) => [one.rule, one.lenses, one.disagreement]),
      [["graphql/introspection", ["live"], false]],
    );
  });

  for (const [name, secret] of [
    ["the environment", "process.env.S_OF_THIS_TEST"],
    [
      "the environment, and has one of its own",
      'process.env.S_OF_THIS_TEST || "kfu38djf92mdkeWQ83jfkdlsPPw39"',
    ],
  ] as const) {
    it(`do not include a source that leaves the value to ${name}`, async (t) => {
      process.env["S_OF_THIS_TEST"] = "short";
      t.after(() => delete process.env["S_OF_THIS_TEST"]);
      using made = project(5, {
        "app.js": `const express = require("express");
const app = express();
app.use(require("express-session")({ secret: ${secret}, resave: false, saveUninitialized: false }));
app.get("/", (req, res) => res.send("hi"));
module.exports = app;
`,
      });
      const report = await check({ folder: made.root, app: "app.js", only: ["session/weak-secret"] });
      assert.deepEqual(
        report.findings.map((one) => [one.lenses, one.disagreement]),
        [[["stack"], false]],
      );
    });
  }

  it("do not include one that does not look in this version of Express", async () => {
    using made = project(3, {
      "app.js": `const express = require("express");
const app = express();
app.use(express.cookieParser());
app.use(express.session({ secret: process.env.S }));
app.get("/", function (req, res) { res.send("hi"); });
module.exports = app;
`,
    });
    const cookie = { "set-cookie": "connect.sid=s%3Aa.b; Path=/; HttpOnly" };
    const report = await served(cookie, async (url) =>
      check({ folder: made.root, live: { url }, only: ["session/cookie-samesite"] }),
    );
    assert.deepEqual(
      report.findings.map((one) => [one.lenses, one.disagreement]),
      [[["live"], false]],
    );
  });

  it("do not include a default that all versions before Express 5 have", async () => {
    for (const version of [3, 4] as const) {
      using made = project(version, {
        "app.js": `const express = require("express");
const app = express();
app.use(express.urlencoded());
app.post("/", function (req, res) { res.send("hi"); });
module.exports = app;
`,
      });
      const report = await check({ folder: made.root, app: "app.js", only: ["body/extended-qs"] });
      assert.deepEqual(
        report.findings.map((one) => [one.lenses, one.disagreement]),
        [[["source", "stack"], false]],
      );
    }
  });

  it("say nothing where one of them could not look", async () => {
    using made = project(5, { "app.js": HIDDEN_HELMET });
    const report = await check({ folder: made.root, app: "app.js", only: ["headers/none"] });
    assert.deepEqual(
      report.findings.filter((one) => one.disagreement).flatMap((one) => one.evidence),
      report.findings.flatMap((one) => (one.lenses.includes("source") ? one.evidence : [])),
    );
  });

  it("let what was seen from outside stand as evidence for what the source says", async () => {
    const source = `
const express = require("express");
const session = require("express-session");
const app = express();
app.use(session({ secret: process.env.S, resave: false, saveUninitialized: true, name: "sid", cookie: { secure: true } }));
app.get("/", (req, res) => res.send("<form method=post action=/login><input type=password name=p></form>"));
app.post("/login", (req, res) => res.status(401).send("no"));
app.listen(3000);
`;
    using made = project(5, { "app.js": source });
    const server = createServer((req, res) => {
      res.setHeader("set-cookie", "sid=abcdefgh; HttpOnly").setHeader("content-type", "text/html");
      res.statusCode = req.method === "POST" ? 401 : 200;
      res.end("<form method=post action=/login><input type=password name=p></form>");
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const report = await check({ folder: made.root, live: { url }, only: ["csrf"] });
    server.closeAllConnections();
    server.close();
    assert.deepEqual(
      report.findings.map((one) => `${one.rule} ${one.lenses.join("+")}`),
      ["csrf/missing source+live"],
    );
  });
});
