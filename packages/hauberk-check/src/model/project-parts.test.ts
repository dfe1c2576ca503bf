import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { memoryFiles } from "../files/project-files.ts";
import { partsOf, type Link } from "./project-parts.ts";
import { Project } from "./project.ts";

const APP = 'const app = require("express")();';
const manifest = (name: string): string => JSON.stringify({ name });

type Files = Readonly<Record<string, string>>;

function parts(files: Files, found: readonly Link[] = []): readonly string[] {
  const project = new Project(memoryFiles(new Map(Object.entries(files))));
  return partsOf(project, found).map((part) => part.reads.join(" "));
}

const two: Files = {
  "a/package.json": manifest("a"),
  "a/app.js": APP,
  "b/package.json": manifest("b"),
  "b/app.js": APP,
};

const cases: readonly (readonly [name: string, files: Files, want: readonly string[]])[] = [
  ["nothing at all", {}, [""]],
  ["sources without a package", { "a/app.js": APP, "b/app.js": APP }, ["a/app.js b/app.js"]],
  ["packages that share nothing", two, ["a/app.js", "b/app.js"]],
  ["a package and files outside of any", { ...two, "server.js": APP }, ["a/app.js", "b/app.js", "server.js"]],
  [
    "a package that loads a file of another",
    { ...two, "a/app.js": `${APP} require("../b/app")` },
    ["a/app.js b/app.js"],
  ],
  [
    "workspaces that import each other by name",
    { ...two, "a/app.js": `${APP} require("b/app")`, "b/app.js": `${APP} require("a/app")` },
    ["a/app.js b/app.js"],
  ],
  [
    "two that load the same helper",
    {
      ...two,
      "lib/package.json": manifest("lib"),
      "lib/log.js": "module.exports = {};",
      "a/app.js": `${APP} require("../lib/log")`,
      "b/app.js": `${APP} require("../lib/log")`,
    },
    ["a/app.js b/app.js"],
  ],
  [
    "two that are linked through files that are not parsed",
    {
      ...two,
      "lib/package.json": manifest("lib"),
      "lib/log.js": 'export * from "../b/app.js";',
      "a/app.js": `${APP} require("../lib/log")`,
    },
    ["a/app.js b/app.js lib/log.js"],
  ],
  [
    "a manifest that only says how to read the files below",
    { "app.js": APP, "esm/package.json": '{"type": "module"}', "esm/app.js": APP },
    ["app.js esm/app.js"],
  ],
  ["a manifest that cannot be read", { ...two, "b/package.json": "{" }, ["a/app.js", "b/app.js"]],
  [
    "templates of a package without an app, which anyone may render",
    { ...two, "views/package.json": manifest("views"), "views/index.ejs": "<p><%- text %></p>" },
    ["a/app.js b/app.js"],
  ],
  [
    "templates beside the app that renders them",
    { ...two, "a/views/index.ejs": "<p><%- text %></p>" },
    ["a/app.js", "b/app.js"],
  ],
];

describe("the parts of a project", () => {
  for (const [name, files, want] of cases)
    it(`tells ${name}`, () => {
      assert.deepEqual(parts(files), want);
    });

  it("joins what reading showed to be linked", () => {
    assert.deepEqual(parts(two, [["b", "a"]]), ["a/app.js b/app.js"]);
  });

  it("has every file in one part, and once", () => {
    const files = { ...two, Dockerfile: "FROM node", "c/package.json": manifest("c"), "c/.env": "A=b" };
    const project = new Project(memoryFiles(new Map(Object.entries(files))));
    const listed = partsOf(project).flatMap((part) => part.list);
    assert.deepEqual(listed.toSorted(), Object.keys(files).toSorted());
  });

  it("tells three thousand packages apart in a moment", () => {
    const files = new Map<string, string>();
    for (let i = 0; i < 3_000; i += 1) {
      files.set(`p${String(i)}/package.json`, manifest(`p${String(i)}`));
      files.set(`p${String(i)}/app.js`, APP);
    }
    const project = new Project(memoryFiles(files));
    const started = performance.now();
    assert.equal(partsOf(project).length, 3_000);
    assert.ok(performance.now() - started < 1_000);
  });
});
