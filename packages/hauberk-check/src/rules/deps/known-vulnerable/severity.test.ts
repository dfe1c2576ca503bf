import assert from "node:assert/strict";
import { test } from "node:test";
import { check } from "../../../check.ts";
import { memoryFiles } from "../../../files/project-files.ts";

const ROWS: readonly (readonly [string, string, string, string])[] = [
  ["a hole its advisory rates low", '"cookie": "0.4.0"', "low", "Update cookie to 0.7.0 or newer."],
  ["the worst of several holes", '"express": "4.16.0"', "medium", "Update express to 4.20.0 or newer."],
  ["a hole that runs code", '"ejs": "2.7.1"', "critical", "Update ejs to 3.1.10 or newer."],
  [
    "a package with no fixed version",
    '"node-serialize": "0.0.4"',
    "critical",
    "Remove node-serialize; there is no fixed version.",
  ],
];

for (const [title, dependency, severity, fix] of ROWS)
  test(`rates ${title} as published, and names the version that closes all`, async () => {
    const files = memoryFiles(
      new Map([
        ["package.json", `{ "name": "fixture", "dependencies": { ${dependency} } }`],
        ["app.js", 'require("express")().listen(3000);'],
      ]),
    );
    const { findings } = await check({ files, only: ["deps/known-vulnerable"] });
    assert.deepEqual(
      findings.map((one) => [one.severity, one.fix]),
      [[severity, fix]],
    );
  });
