import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { routeLines } from "../../test/kit/route-lines.ts";

/** What `GET /end` passes behind this one. */
const passed = (use: string): readonly string[] =>
  routeLines({
    "package.json": '{ "dependencies": { "express": "^5.1.0" } }',
    "app.js": `const express = require("express");
const helmet = require("helmet");
const { basePath, imageUrl, normalizePath, checkUrl, mounted } = require("./given");
const app = express();
app.use(${use});
app.get("/end", (req, res) => res.send("end"));
app.listen(3000);
`,
  });

const UNKNOWN = "get /end: unknown, helmet";

describe("what is mounted behind something that is not known", () => {
  for (const [use, route] of [
    ["basePath, helmet()", "get /end: helmet"],
    ["mounted.imageUrl, helmet()", "get /end: helmet"],
    ["normalizePath, helmet()", UNKNOWN],
    ["checkUrl, helmet()", UNKNOWN],
    ["mounted.stripPrefix, helmet()", UNKNOWN],
    ["mounted, helmet()", UNKNOWN],
    ["basePath", "get /end: unknown"],
  ] as const)
    it(use, () => {
      assert.deepEqual(passed(use), [route]);
    });
});
