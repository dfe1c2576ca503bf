import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { project } from "../../test/kit/project.ts";
import { check } from "../check.ts";
import { listRoutes, routeStatement } from "./routes.ts";

const V3 = `var express = require("express");
var app = module.exports = express();
app.use(express.json());
app.use(express.cookieParser());
app.use(express.session({ secret: process.env.S || Array(50).join("x") }));
app.post("/transfer", function (req, res) { res.send("done"); });
`;
const V4 = `const express = require("express");
const session = require("express-session");
const app = module.exports = express();
app.use(express.json());
app.use(require("cookie-parser")());
app.use(session({ secret: process.env.S ?? "x".repeat(50), resave: false, saveUninitialized: false }));
app.post("/transfer", (req, res) => res.send("done"));
`;

describe("what a route passes", () => {
  for (const [express, source, lines] of [
    [3, V3, [3, 4, 5]],
    [4, V4, [4, 5, 6]],
    [5, V4, [4, 5, 6]],
  ] as const) {
    it(`is told in one sentence, with the place of each mount, in Express ${String(express)}`, async () => {
      using made = project(express, { "app.js": source });
      const report = await check({ folder: made.root, app: "app.js", appTimeoutMs: 60_000 });
      assert.deepEqual(report.notAnalysed, []);
      for (const lens of ["source", "stack"]) {
        const route = report.apps.find((app) => app.lens === lens)?.routes[0];
        assert.ok(route !== undefined, lens);
        assert.equal(
          routeStatement(route),
          "POST /transfer passes json, cookies, session, not headers, not csrf",
          lens,
        );
        assert.deepEqual(
          route.passes.map((one) => [one.place?.file, one.place?.line]),
          lines.map((line) => ["app.js", line]),
          lens,
        );
      }
      assert.match(
        listRoutes(report),
        /stack lens\n {2}POST \/transfer passes[^\n]*\n {6}json {2}app\.js:\d/,
      );
    });
  }

  it("is nothing where nothing is mounted", () => {
    const bare = { method: "GET", path: "/", place: undefined, passes: [], missing: ["headers"] };
    assert.equal(routeStatement(bare), "GET / passes nothing, not headers");
  });
});
