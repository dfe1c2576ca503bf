import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";

/** Without a limit each of these takes longer than anybody waits; a start that reads all sources takes some seconds. */
const LIMIT_MS = 30_000;

const many = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");
const route = (body: string): string => `app.get("/a", (req, res) => {\n${body}\n});`;

const ROWS: readonly (readonly [name: string, text: string])[] = [
  [
    "functions that each ask the next one twice for a token",
    `${many(40, (i) => `function makeToken${String(i)}() { return makeToken${String(i + 1)}() + makeToken${String(i + 1)}(); }`)}
function makeToken40() { return Math.random() + ""; }
const resetToken = makeToken0();`,
  ],
  [
    "functions that ask each other for a token",
    "const token = one();\nfunction one() { return two() + one(); }\nfunction two() { return one() + two() + Math.random(); }",
  ],
  [
    "a line for the log whose variables each hold the next one twice",
    route(
      `const v40 = "a" + req.body.password;\n${many(40, (i) => `const v${String(39 - i)} = "a" + v${String(40 - i)} + v${String(40 - i)};`)}\nconsole.log(v0);`,
    ),
  ],
  [
    "functions that give back what the next two give back",
    `${many(40, (i) => `function f${String(i)}(x) { return f${String(i + 1)}(x) + f${String(i + 1)}(x); }`)}
function f40(x) { return 1; }
${route("res.redirect(f0(req.query.to)); res.sendFile(f0(req.query.file));")}`,
  ],
  [
    "a path whose variables each hold the next one twice",
    `${route(`const v40 = pathOf(req);\n${many(40, (i) => `const v${String(39 - i)} = v${String(40 - i)} + v${String(40 - i)};`)}\nres.sendFile(v0);`)}
function pathOf(req) { return req.query.file; }`,
  ],
  [
    "a path that many variables are each added to many times",
    `${route(
      `let v7 = pathOf(req);\n${many(7, (i) => `let v${String(6 - i)} = "";\n${many(40, () => `v${String(6 - i)} += v${String(7 - i)};`)}`)}\nres.sendFile(v0);`,
    )}
function pathOf(req) { return req.query.file; }`,
  ],
  [
    "a page of rows whose variables each hold the next one twice",
    route(
      `db.all("SELECT * FROM a", (err, rows) => {\nconst v40 = "<p>" + rows.length;\n${many(40, (i) => `const v${String(39 - i)} = v${String(40 - i)} + v${String(40 - i)};`)}\nres.send(v0);\nres.render("a", { v0 });\n});`,
    ),
  ],
  [
    "names of files and lines that are made of each other",
    route(
      "const one = two.slice();\nconst two = one.slice();\nres.send(one.map((name) => `<p>${name}</p>`).join(''));\nfs.writeFile(one + two, req.body.a, done);\nconst a = join(b, b, b);\nconst b = join(a, a, a);\nphoto.mv(a);",
    ),
  ],
  [
    "functions that call each other in a large circle with what was asked for",
    `const pool = new (require("pg").Pool)();
${many(400, (i) => `function f${String(i)}(x) { pool.query("SELECT " + x);\n${many(8, (k) => `f${String((i + k * k + 1) % 400)}(x + ${String(k)});`)} }`)}
${route("f0(req.query.a); res.end();")}`,
  ],
];

describe("rules that follow values", () => {
  for (const [name, text] of ROWS)
    it(`end for ${name}`, () => {
      const app = `const app = require("express")();\napp.get("/", (req, res) => res.send("hi"));\n${text}\napp.listen(3000);\n`;
      const script = `
import { check } from ${JSON.stringify(new URL("../check.ts", import.meta.url))};
import { memoryFiles } from ${JSON.stringify(new URL("../files/project-files.ts", import.meta.url))};
const report = await check({ files: memoryFiles(new Map([["app.js", ${JSON.stringify(app)}]])) });
console.log(report.findings.some((one) => one.rule === "headers/none"));`;
      const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
        encoding: "utf8",
        timeout: LIMIT_MS,
      });
      assert.equal(stdout, "true\n", stderr);
    });
});
