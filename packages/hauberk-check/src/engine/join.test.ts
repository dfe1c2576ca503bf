import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { project } from "../../test/kit/project.ts";
import { check } from "../check.ts";
import type { Report } from "../report/finding.ts";
import { pretty } from "../report/pretty.ts";

const app = (lines: string): string => `
const express = require("express");
const session = require("express-session");
const config = require("./config.json");
const app = express();
${lines}
app.get("/", (req, res) => res.send("hi"));
module.exports = app;
`;

async function both(source: string, config: object): Promise<Report> {
  using made = project(5, { "app.js": app(source), "config.json": JSON.stringify(config) });
  const report = await check({ folder: made.root, app: "app.js" });
  assert.deepEqual(report.notAnalysed, []);
  return report;
}

const of = (report: Report, rule: string): Report["findings"] =>
  report.findings.filter((one) => one.rule === rule);

describe("lenses together", () => {
  it("make one finding of what both see", async () => {
    const report = await both(
      'app.use(session({ secret: "keyboard cat", resave: false, saveUninitialized: false }));',
      {},
    );
    const [known, ...more] = of(report, "session/known-secret");
    assert.deepEqual([known?.lenses, more], [["source", "stack"], []]);
    assert.deepEqual(
      of(report, "session/cookie-secure").map((one) => one.lenses),
      [["source", "stack"]],
    );
  });

  for (const [name, more, want] of [
    ["make one finding of a package that mounts its routes where it is set up", "", [["source", "stack"]]],
    [
      "make none of two that say the same in the running app",
      "const second = new ExpressAdapter();\ncreate(second);\nReflect.apply(app.use, app, ['/r', second.getRouter()]);",
      [["stack"], ["source"], ["stack"]],
    ],
  ] as const) {
    it(name, async () => {
      using made = project(5, {
        "node_modules/@bull-board/express/package.json":
          '{ "name": "@bull-board/express", "version": "5.0.0" }',
        "node_modules/@bull-board/express/index.js": `const { Router } = require("express");
exports.ExpressAdapter = class { router = Router(); getRouter() { return this.router; } };
exports.create = (adapter) => { adapter.router.use((req, res) => res.send("queues")); };
`,
        "app.js": app(`const { ExpressAdapter, create } = require("@bull-board/express");
const adapter = new ExpressAdapter();
create(adapter);
app.use("/queues", adapter.getRouter());
${more}`).replace(/const (?:session|config) .*\n/g, ""),
      });
      const report = await check({ folder: made.root, app: "app.js", only: ["debug/endpoint"] });
      assert.deepEqual(report.notAnalysed, []);
      assert.deepEqual(
        report.findings.map((one) => one.lenses),
        want,
      );
    });
  }

  it("make one finding of options that stand far from the call, also beside a second call", async () => {
    const report = await both(
      `const SECRET = "keyboard cat";
const cookie = { secure: false };
const options = { secret: SECRET, resave: false, saveUninitialized: false, cookie };
app.use("/a", session(options));
app.use("/b", session({ secret: process.env.S ?? "z".repeat(40), resave: false, saveUninitialized: false, cookie: { secure: true } }));
app.use(express.urlencoded({ extended: true }));`,
      {},
    );
    for (const rule of ["session/known-secret", "session/cookie-secure", "body/extended-qs"])
      assert.deepEqual(
        of(report, rule).map((one) => [rule, one.lenses, one.disagreement]),
        [[rule, ["source", "stack"], false]],
      );
  });

  it("count an app once, whoever saw it", async () => {
    const report = await both("", {});
    assert.deepEqual(
      report.apps.map((one) => one.lens),
      ["source", "stack"],
    );
    assert.match(pretty(report, { read: () => undefined }, false), /1 app or router, 1 route\.\n$/);
  });

  it("settle in the running app what the source leaves open", async () => {
    const source =
      "app.use(session({ secret: process.env.S ?? Math.random() + 'x'.repeat(40), resave: false, saveUninitialized: false, cookie: { secure: process.env.SECURE === 'yes' } }));";
    const report = await both(source, {});
    assert.deepEqual(
      of(report, "session/cookie-secure").map((one) => one.lenses),
      [["stack"]],
    );
    assert.deepEqual(
      report.notChecked.filter((one) => one.rule === "session/cookie-secure"),
      [],
    );
  });

  it("show it when the running app does not confirm the source", async () => {
    const source =
      "const options = { secret: process.env.S ?? 'y'.repeat(40), resave: false, saveUninitialized: false, cookie: { secure: false } };\nReflect.set(options.cookie, 'secure', true);\napp.use(session(options));";
    const [found] = of(await both(source, {}), "session/cookie-secure");
    assert.deepEqual(
      [found?.lenses, found?.evidence.map((one) => one.lens)],
      [["source"], ["source", "stack"]],
    );
    assert.match(found?.evidence[1]?.message ?? "", /does not show this/);
  });

  it("put a finding of the running app where the source is", async () => {
    const report = await both("app.use(express.json({ limit: config.limit }));", { limit: "50mb" });
    assert.deepEqual(
      of(report, "body/limit").map((one) => [one.place?.file, one.place?.line]),
      [["app.js", 6]],
    );
  });

  for (const [name, map] of [
    ["through its source map", true],
    ["by what it does when there is no map", false],
  ] as const) {
    it(`lead from compiled code back to the source ${name}`, async () => {
      const typed = `import express from "express";
import session from "express-session";
const app = express();
app.use(session({ secret: "keyboard cat", resave: false, saveUninitialized: false }));
app.post("/pay", (req: express.Request, res: express.Response) => {
  res.send("paid");
});
export default app;
`;
      const built = typed.replace(": express.Request", "").replace(": express.Response", "");
      const mappings = Array.from({ length: 8 }, (_, i) => (i === 0 ? "AAAA" : "AACA")).join(";");
      const sourceMap = JSON.stringify({ version: 3, sources: ["../src/app.ts"], names: [], mappings });
      using made = project(5, {
        "src/app.ts": typed,
        "dist/app.mjs": built,
        ...(map ? { "dist/app.mjs.map": sourceMap } : {}),
      });
      const report = await check({ folder: made.root, app: "dist/app.mjs" });
      assert.deepEqual(report.notAnalysed, []);
      const places = report.findings
        .filter((one) => ["session/known-secret", "csrf/missing"].includes(one.rule))
        .map((one) => [one.rule, one.place?.file, one.place?.line, one.lenses.join("+")]);
      assert.deepEqual(places, [
        ["session/known-secret", "src/app.ts", 4, "source+stack"],
        ["csrf/missing", "src/app.ts", 5, "source+stack"],
      ]);
    });
  }
});
