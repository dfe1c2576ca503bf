import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { runCommand } from "../../test/kit/command.ts";

const BARE = `const express = require("express");
const app = express();
app.get("/", (req, res) => res.send("hi"));
app.listen(3000);
`;
const CLEAN = `const express = require("express");
const helmet = require("helmet");
const app = express();
app.use(helmet());
app.get("/", (req, res) => res.send("hi"));
app.listen(3000);
`;
const PACKAGE = '{ "dependencies": { "express": "5.3.0", "helmet": "8.3.0" } }';

const scratch = mkdtempSync(join(tmpdir(), "hauberk-check-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(scratch, "project-"));
  for (const [path, text] of Object.entries({ "package.json": PACKAGE, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe("the command line", () => {
  it("ends with 3 for routers without an app, and lists what only an app can show", async () => {
    const folder = project({
      "router.js": `const router = require("express").Router();
router.post("/notes", (req, res) => res.json({}));
module.exports = router;
`,
    });
    const { code, out } = await runCommand([folder]);
    assert.match(out, /csrf\/missing: there are only routers here/);
    assert.match(out, /No Express app found/);
    assert.equal(code, 3);
    const forgiving = await runCommand([folder, "--fail-on", "never"]);
    assert.equal(forgiving.code, 3);
  });

  it("ends with 1 for a fault inside a router without an app", async () => {
    const { code, out } = await runCommand([
      project({
        "router.js": `const router = require("express").Router();
router.get("/hello", (req, res) => res.send("<b>" + req.query.name + "</b>"));
module.exports = router;
`,
      }),
    ]);
    assert.match(out, /inject\/xss-send/);
    assert.equal(code, 1);
  });

  it("ends with 0 when nothing is found", async () => {
    const { code, out } = await runCommand([project({ "app.js": CLEAN })]);
    assert.match(out, /Nothing found/);
    assert.equal(code, 0);
  });

  it("ends with 1 and shows place, why and fix", async () => {
    const { code, out } = await runCommand([project({ "app.js": BARE })]);
    assert.equal(code, 1);
    assert.match(out, /HIGH\s+headers\/none/);
    assert.match(out, /app\.js:2:13/);
    assert.match(out, /> 2 \| const app = express\(\);\n\s+\| {13}\^+/);
    assert.match(out, /Why {2}.+\n {2}Fix {2}/);
    assert.ok(!out.includes("\u001B["));
  });

  it("ends with 0 when all findings are below --fail-on", async () => {
    const folder = project({ "app.js": BARE });
    assert.equal((await runCommand([folder, "--only", "fingerprint", "--fail-on", "medium"])).code, 0);
    assert.equal((await runCommand([folder, "--fail-on", "never"])).code, 0);
  });

  it("ends with 2 on arguments it does not know, and says which", async () => {
    for (const argv of [
      ["--nonsense"],
      ["--only", "sesion"],
      ["--fail-on", "bad"],
      ["--format", "xml"],
      ["explain"],
      ["a", "b"],
    ]) {
      const { code, err } = await runCommand([...argv]);
      assert.equal(code, 2, argv.join(" "));
      assert.match(err, /^hauberk-check: .+/);
    }
  });

  it("ends with 3 when there is no Express app, or no folder", async () => {
    const none = await runCommand([project({ "index.js": "console.log(1);" })]);
    assert.equal(none.code, 3);
    assert.match(none.out, /No Express app found/);
    assert.equal((await runCommand(["/no/such/folder"])).code, 3);
  });

  it("ends with 3 when a lens that was asked for could not look", async () => {
    const { code, out } = await runCommand([project({ "app.js": CLEAN }), "--app", "missing.js"]);
    assert.equal(code, 3);
    assert.match(out, /missing\.js: not analysed, there is no such file/);
  });

  it("explains a rule, and names the nearest to one it does not know", async () => {
    assert.match((await runCommand(["explain", "csrf/missing"])).out, /CWE-352[\s\S]+Why:[\s\S]+Fix:/);
    assert.match((await runCommand(["explain", "csrf/mising"])).err, /did you mean csrf\/missing/);
  });

  it("writes JSON that has the keys of the schema", async () => {
    const { out } = await runCommand([project({ "app.js": BARE }), "--format", "json"]);
    const report = JSON.parse(out) as Record<string, unknown>;
    const schema = JSON.parse(
      readFileSync(new URL("../../schema/report.schema.json", import.meta.url), "utf8"),
    ) as { required: string[]; properties: Record<string, unknown> };
    assert.deepEqual(Object.keys(report).toSorted(), schema.required.toSorted());
    assert.deepEqual(Object.keys(schema.properties).toSorted(), schema.required.toSorted());
  });

  it("writes SARIF with a rule, a place and a score for every result", async () => {
    const { out } = await runCommand([project({ "app.js": BARE }), "--format", "sarif"]);
    const log = JSON.parse(out) as {
      version: string;
      runs: {
        tool: { driver: { rules: { id: string; properties: Record<string, string> }[] } };
        results: {
          ruleId: string;
          ruleIndex: number;
          locations: { physicalLocation: { artifactLocation: { uri: string } } }[];
        }[];
      }[];
    };
    assert.equal(log.version, "2.1.0");
    const [first] = log.runs;
    assert.ok(first !== undefined && first.results.length > 0);
    for (const result of first.results) {
      assert.equal(first.tool.driver.rules[result.ruleIndex]?.id, result.ruleId);
      assert.match(
        first.tool.driver.rules[result.ruleIndex]?.properties["security-severity"] ?? "",
        /^\d+\.\d$/,
      );
      assert.ok((result.locations[0]?.physicalLocation.artifactLocation.uri ?? "") !== "");
    }
  });

  it("writes annotations on one line each", async () => {
    const { out } = await runCommand([project({ "app.js": BARE }), "--format", "github"]);
    assert.match(out, /^::error file=app\.js,line=2,col=13,endLine=2,title=headers\/none%3A [^\n]+\n/);
  });

  it("writes an HTML page that runs and fetches nothing", async () => {
    const { out } = await runCommand([project({ "app.js": BARE }), "--format", "html"]);
    assert.match(out, /<svg role="img" aria-label="GET \/ passes nothing; missing: headers"/);
    assert.doesNotMatch(out, /<script|\bsrc=|<link/);
  });

  it("leaves out what the baseline accepts, and fails on entries that are stale", async () => {
    const folder = project({ "app.js": BARE });
    const baseline = join(folder, "baseline.json");
    assert.equal((await runCommand([folder, "--baseline", baseline, "--update-baseline"])).code, 0);
    assert.doesNotMatch(readFileSync(baseline, "utf8"), /line|20\d\d-/);
    writeFileSync(join(folder, "app.js"), `// moved\n\n${BARE}`);
    assert.equal((await runCommand([folder, "--baseline", baseline])).code, 0);
    writeFileSync(join(folder, "app.js"), CLEAN);
    const stale = await runCommand([folder, "--baseline", baseline]);
    assert.equal(stale.code, 1);
    assert.match(stale.err, /stale baseline entry/);
  });

  it("makes the safe edits and proves them", async () => {
    const folder = project({
      "app.js": `${BARE}app.set("trust proxy", 1);\napp.use(require("express-session")({ secret: process.env.S, cookie: { secure: false } }));\n`,
    });
    const { err } = await runCommand([folder, "--fix"]);
    assert.match(err, /fixed session\/cookie-secure/);
    const text = readFileSync(join(folder, "app.js"), "utf8");
    assert.match(text, /app\.disable\("x-powered-by"\);/);
    assert.match(text, /secure: true/);
  });
});

describe("bad input", () => {
  const cases: readonly (readonly [
    name: string,
    files: Readonly<Record<string, string>>,
    path: string,
    reason: RegExp,
  ])[] = [
    [
      "a file that cannot be parsed",
      { "app.js": CLEAN, "broken.js": "const express = require('express'; {{{" },
      "broken.js",
      /cannot be parsed/,
    ],
    [
      "a minified file",
      { "app.js": CLEAN, "bundle.js": `var e=require("express");${"a=1;".repeat(5_000)}` },
      "bundle.js",
      /minified/,
    ],
    [
      "a huge file",
      { "app.js": CLEAN, "huge.js": "express();\n".repeat(150_000) },
      "huge.js",
      /larger than 1 MB/,
    ],
  ];
  for (const [name, files, path, reason] of cases) {
    it(`names ${name}`, async () => {
      const { code, out } = await runCommand([project(files)]);
      assert.equal(code, 0);
      assert.match(out, new RegExp(`${path}: not analysed, ${reason.source}`));
    });
  }

  it("survives a cycle of imports, a loop of links, Flow and an endless recursion", async () => {
    const folder = project({
      "app.js": `${CLEAN}require("./a");\n`,
      "a.js": 'const express = require("express"); const b = require("./b"); exports.f = () => b.g();',
      "b.js":
        'const express = require("express"); const a = require("./a"); exports.g = () => a.f(); exports.g();',
      "flow.js":
        '// @flow\nimport express from "express";\nconst x: ?string = (null: any);\nexport type T = {| a: string |};\n',
    });
    symlinkSync(folder, join(folder, "loop"));
    const { code, out } = await runCommand([folder]);
    assert.equal(code, 0);
    assert.match(out, /loop: not analysed, symbolic link/);
  });
});
