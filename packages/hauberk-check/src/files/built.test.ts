import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { check } from "../check.ts";

const scratch = mkdtempSync(join(tmpdir(), "hauberk-check built-"));
after(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const APP = `"use strict";
const express = require("express");
const app = express();
app.set("trust proxy", true);
app.get("/", (req, res) => res.send("hi"));
app.listen(3000);
`;
const MANIFEST = '{ "dependencies": { "express": "^4.22.0" } }';
const TOOL = "export const add = (a, b) => a + b;\n";

/** Each with the files of which the report speaks. */
const cases: readonly [name: string, files: Readonly<Record<string, string>>, spoken: readonly string[]][] = [
  ["an app that is only built", { "dist/server.js": APP }, ["dist/server.js"]],
  [
    "an app built beside sources without one",
    { "src/tool.ts": TOOL, "build/app/main.js": APP },
    ["build/app/main.js"],
  ],
  [
    "an app built twice, for require and for import",
    { "dist/cjs/app.js": APP, "dist/esm/app.js": APP },
    ["dist/cjs/app.js"],
  ],
  ["a build beside the source it was made of", { "src/app.js": APP, "dist/app.js": APP }, ["src/app.js"]],
  ["a build that is made anew", { ".gitignore": "dist/\n", "dist/app.js": APP }, []],
  ["a bundle", { "dist/app.js": `var __commonJS = (cb) => cb;\n__commonJS({});\n${APP}` }, []],
  ["minified code", { "dist/app.js": APP.replaceAll("\n", " ").repeat(40) }, []],
  ["a build without Express", { "dist/app.js": TOOL }, []],
  ["packages inside of a build", { "dist/node_modules/app/index.js": APP }, []],
];

describe("what a build wrote", () => {
  for (const [i, [name, files, spoken]] of cases.entries())
    it(`is read where nothing else has an app: ${name}`, async () => {
      const folder = join(scratch, String(i));
      for (const [path, text] of Object.entries({ "package.json": MANIFEST, ...files })) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      const report = await check({ folder, only: ["proxy/trust-all"] });
      assert.deepEqual(
        report.findings.map(({ place }) => place?.file),
        spoken,
      );
      const told = report.notAnalysed.filter(({ reason }) =>
        reason.includes("the built code itself was read"),
      );
      const isBuilt = spoken.some((path) => !path.startsWith("src/"));
      assert.equal(told.length, isBuilt ? 1 : 0);
    });

  it("is not looked for in a file, and not behind a link", async () => {
    const folder = join(scratch, "no folders");
    mkdirSync(join(folder, "elsewhere"), { recursive: true });
    writeFileSync(join(folder, "package.json"), MANIFEST);
    writeFileSync(join(folder, "build"), "#!/bin/sh\n");
    writeFileSync(join(folder, "elsewhere/tool.js"), TOOL);
    mkdirSync(join(scratch, "outside"));
    writeFileSync(join(scratch, "outside/app.js"), APP);
    symlinkSync("../outside", join(folder, "dist"));
    const report = await check({ folder, only: ["proxy/trust-all"] });
    assert.deepEqual(report.findings, []);
    assert.deepEqual(report.apps, []);
  });

  it("is left alone when it is as large as everybody's code together", async () => {
    const folder = join(scratch, "large");
    mkdirSync(join(folder, "dist"), { recursive: true });
    writeFileSync(join(folder, "package.json"), MANIFEST);
    writeFileSync(join(folder, "dist/app.js"), APP);
    for (let i = 0; i < 3_000; i += 1) writeFileSync(join(folder, `dist/${String(i)}.js`), TOOL);
    const report = await check({ folder, only: ["proxy/trust-all"] });
    assert.deepEqual(report.findings, []);
  });

  it("names what lies too deep in it", async () => {
    const folder = join(scratch, "deep");
    mkdirSync(join(folder, `dist/${"a/".repeat(20)}`), { recursive: true });
    writeFileSync(join(folder, "package.json"), MANIFEST);
    writeFileSync(join(folder, "dist/app.js"), APP);
    const report = await check({ folder, only: ["proxy/trust-all"] });
    assert.equal(report.findings.length, 1);
    assert.ok(report.notAnalysed.some(({ reason }) => reason.includes("nested deeper than 12")));
  });
});
