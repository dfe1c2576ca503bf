import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import type { Report } from "../report/finding.ts";
import { sorted } from "../sorted.ts";

type Files = Readonly<Record<string, string>>;

const read = (files: Files): Promise<Report> =>
  check({ files: memoryFiles(new Map(Object.entries(files))), today: "2026-01-01" });

const found = ({ findings }: Report, rule: string): readonly string[] =>
  findings.filter((one) => one.rule === rule).map((one) => one.place?.file ?? "");

const manifest = (name: string): string => JSON.stringify({ name, dependencies: { express: "5.1.0" } });
const HEAD = 'const express = require("express");\nconst app = express();\n';
const END = "app.listen(3000);\n";

const step = (next: string): string =>
  `const at = "../${next}/" + "routes";\nmodule.exports = (app) => { require(at)(app); app.get("/${next}", (req, res) => res.redirect(req.query.to)); };\n`;

/** Where the report says that nobody was seen to mount a router. */
const doubts = ({ notChecked }: Report): readonly string[] =>
  notChecked
    .filter((one) => one.rule === "headers/none" && one.reason.startsWith("there are only routers"))
    .map((one) => one.place?.file ?? "");

describe("a project read in parts", () => {
  it("finds what stands in each, as if it were alone", async () => {
    const files = {
      "a/package.json": manifest("a"),
      "a/app.js": `${HEAD}app.get("/a", (req, res) => (req.query.to ? res.redirect(req.query.to) : res.send("a")));\n${END}`,
      "b/package.json": manifest("b"),
      "b/app.js": `${HEAD}app.get("/b", (req, res) => res.send("<p>" + req.query.name));\n${END}`,
    };
    const both = await read(files);
    assert.deepEqual(found(both, "redirect/open"), ["a/app.js"]);
    assert.deepEqual(found(both, "headers/none"), ["a/app.js", "b/app.js"]);
    assert.deepEqual(
      both.apps.map((app) => app.place?.file),
      ["a/app.js", "b/app.js"],
    );
    assert.deepEqual([both.files, both.lines], [2, 10]);
  });

  it("follows a path that is put together into another package, and leaves out nothing there", async () => {
    const files = {
      "a/package.json": manifest("a"),
      "a/app.js": `${HEAD}const at = "../b/" + "routes";\nrequire(at)(app);\n${END}`,
      "b/package.json": manifest("b"),
      "b/routes.js":
        'module.exports = (app) => {\n  app.get("/b", (req, res) => res.redirect(req.query.to));\n};\n',
    };
    const report = await read(files);
    assert.deepEqual(found(report, "redirect/open"), ["b/routes.js"]);
    assert.deepEqual(
      report.apps.map((app) => [app.place?.file, app.routes.map((route) => route.path)]),
      [["a/app.js", ["/b"]]],
    );
  });

  it("follows such paths on from package to package, and in a circle", async () => {
    const files = {
      "a/package.json": manifest("a"),
      "a/app.js": `${HEAD}const at = "../b/" + "routes";\nrequire(at)(app);\n${END}`,
      "b/package.json": manifest("b"),
      "b/routes.js": step("c"),
      "c/package.json": manifest("c"),
      "c/routes.js": step("b"),
    };
    const { apps } = await read(files);
    assert.deepEqual(
      apps.map((app) => [app.whole, sorted(new Set(app.routes.map((route) => route.place?.file ?? "")))]),
      [[true, ["b/routes.js", "c/routes.js"]]],
    );
  });

  const guard = `${HEAD}const jwt = require("jsonwebtoken");
app.use((req, res, next) => {
  try { req.user = jwt.verify(req.cookies.token, process.env.KEY); next(); } catch { res.status(401).end(); }
});
app.post("/pay", (req, res) => res.json({ user: req.user.id }));
${END}`;
  const login = (options: string): string =>
    `${HEAD}app.post("/login", (req, res) => { res.cookie("token", "t"${options}); res.end(); });\n${END}`;
  const shop = (options: string): Files => ({
    "login/package.json": manifest("login"),
    "login/app.js": login(options),
    "shop/package.json": manifest("shop"),
    "shop/app.js": guard,
  });

  it("knows the cookie that one package sets and the guard of another reads", async () => {
    assert.deepEqual(found(await read(shop(", { httpOnly: true }")), "csrf/missing"), ["shop/app.js"]);
    assert.deepEqual(found(await read(shop(', { sameSite: "lax" }')), "csrf/missing"), []);
  });

  it("does not take the form of one app for that of another, whose forms have tokens", async () => {
    const form = '<form method="post"><input name="text"></form>';
    const files = {
      "a/package.json": manifest("a"),
      "a/app.js": `${HEAD}app.use(require("csurf")());\napp.get("/", (req, res) => res.render("form"));\n${END}`,
      "a/views/form.ejs": form,
      "b/package.json": manifest("b"),
      "b/app.js": `${HEAD}app.get("/", (req, res) => res.render("form"));\n${END}`,
      "b/views/form.ejs": form,
    };
    assert.deepEqual(found(await read(files), "csrf/token-not-exposed"), ["a/app.js", "a/views/form.ejs"]);
  });

  it("names what cannot be read in any part, in the order of the project", async () => {
    const files = {
      "a/package.json": manifest("a"),
      "a/app.js": `${HEAD}${END}`,
      "a/z.js": "express(",
      "b/package.json": manifest("b"),
      "b/app.js": "express(",
    };
    const report = await read(files);
    assert.deepEqual(
      report.notAnalysed.map((one) => one.path),
      ["a/z.js", "b/app.js"],
    );
  });

  it("says once that there are only routers, and not where another part has the app", async () => {
    const router =
      'const router = require("express").Router();\nrouter.get("/", (req, res) => res.end());\nmodule.exports = router;\n';
    const parts = {
      "a/package.json": manifest("a"),
      "a/routes.js": router,
      "b/package.json": manifest("b"),
      "b/routes.js": router,
    };
    assert.deepEqual(doubts(await read(parts)), ["a/routes.js"]);
    assert.deepEqual(
      doubts(await read({ ...parts, "b/app.js": `${HEAD}app.use(require("helmet")());\n${END}` })),
      [],
    );
  });
});
