import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../../../check.ts";
import { memoryFiles } from "../../../files/project-files.ts";

const ROWS: readonly (readonly [
  name: string,
  packages: Readonly<Record<string, string>>,
  line: string,
  fires: boolean,
])[] = [
  [
    "an exact version with the hole",
    { lodash: "4.17.10" },
    'const _ = require("lodash"); _.merge(all, req.body)',
    true,
  ],
  ["the fixed version", { lodash: "4.17.11" }, 'const _ = require("lodash"); _.merge(all, req.body)', false],
  [
    "a range that has both",
    { lodash: "^4.17.4" },
    'const _ = require("lodash"); _.merge(all, req.body)',
    false,
  ],
  ["no version at all", {}, 'const _ = require("lodash"); _.merge(all, req.body)', false],
  [
    "a function without the hole",
    { lodash: "4.17.4" },
    'const _ = require("lodash"); _.assign(all, req.body)',
    false,
  ],
  [
    "one with a hole of its own",
    { lodash: "4.17.11" },
    'const _ = require("lodash"); _.defaultsDeep(all, req.body)',
    true,
  ],
  [
    "a file of the package",
    { lodash: "4.17.4" },
    'const merge = require("lodash/merge"); merge(all, req.body)',
    true,
  ],
  [
    "a path of the client",
    { lodash: "4.17.15" },
    'const _ = require("lodash"); _.set(all, req.query.path, 1)',
    true,
  ],
  [
    "a path of the app",
    { lodash: "4.17.15" },
    'const _ = require("lodash"); _.set(all, "name", req.body.name)',
    false,
  ],
  [
    "a package that was never mended",
    { "lodash.set": "^4.3.2" },
    'const set = require("lodash.set"); set(all, req.body.path, 1)',
    true,
  ],
  [
    "a deep copy",
    { extend: "3.0.1" },
    'const extend = require("extend"); extend(true, {}, all, req.body)',
    true,
  ],
  ["a flat one", { extend: "3.0.1" }, 'const extend = require("extend"); extend(all, req.body)', false],
  [
    "an address, whose parser drops such keys",
    { "deep-extend": "0.4.0" },
    'const extend = require("deep-extend"); extend(all, req.query)',
    false,
  ],
  [
    "a body that is JSON in a text",
    { "deep-extend": "0.4.0" },
    'const extend = require("deep-extend"); extend(all, JSON.parse(req.body.all))',
    true,
  ],
  [
    "keys the app has chosen",
    { "deep-extend": "0.4.0" },
    'const extend = require("deep-extend"); extend(all, { name: req.body.name })',
    false,
  ],
];

describe("packages that merge", () => {
  for (const [name, packages, line, fires] of ROWS)
    it(`${fires ? "are found" : "are let through"}: ${name}`, async () => {
      const manifest = JSON.stringify({ name: "a", dependencies: { express: "5.3.0", ...packages } });
      const app = `const app = require("express")();\nconst all = {};\napp.post("/a", (req, res) => {\n  ${line};\n  res.end();\n});\napp.listen(3000);\n`;
      const files = memoryFiles(
        new Map([
          ["package.json", manifest],
          ["app.js", app],
        ]),
      );
      const { findings } = await check({ files });
      const found = findings.filter((one) => one.rule === "input/prototype-pollution");
      assert.deepEqual(
        found.map((one) => one.place?.line),
        fires ? [4] : [],
      );
    });
});
