import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import type { Report } from "../report/finding.ts";

const APP =
  'const app = require("express")();\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);\n';
const HEAD = 'const express = require("express");\nconst own = express();\n';
/** Generous: these took minutes, or all memory, or the stack. */
const LIMIT_MS = 5_000;

async function read(text: string): Promise<Report> {
  const before = process.cpuUsage();
  const report = await check({
    files: memoryFiles(
      new Map([
        ["app.js", `${APP}require("./a");\n`],
        ["a.js", HEAD + text],
      ]),
    ),
  });
  const { user } = process.cpuUsage(before);
  assert.ok(user < LIMIT_MS * 1_000, `${String(Math.round(user / 1_000))} ms of CPU`);
  // Whatever stands beside it, the app itself is judged.
  assert.ok(report.findings.some((one) => one.rule === "headers/none" && one.place?.file === "app.js"));
  return report;
}

const many = (count: number, text: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join("");

/** Too deep for any reader: named, and the rest is read. */
const deep: readonly (readonly [name: string, text: string])[] = [
  ["lists", `const a = ${"[\n".repeat(20_000)}${"]\n".repeat(20_000)};`],
  ["calls", `const a = ${"(x,\n".repeat(20_000)}1${")\n".repeat(20_000)};`],
  ["sums", `const a = ${"1+\n".repeat(60_000)}1;`],
  ["blocks", `${"if (a) {\n".repeat(8_000)}${"}\n".repeat(8_000)}`],
  ["chained calls", `own${"\n.use(f)".repeat(20_000)};`],
  ["arrows", `x = ${"() =>\n".repeat(8_000)}1;`],
  ["choices", `x = ${"a ? b :\n".repeat(30_000)}1;`],
  ["templates", `x = ${"`${\n".repeat(6_000)}1${"}`\n".repeat(6_000)};`],
];

/** What Node would run for ever, or until the memory is full. */
const endless: readonly (readonly [name: string, text: string])[] = [
  ["a text that doubles", `let s = "x";\n${"s = s + s;\n".repeat(60)}own.use(s);`],
  ["a template that doubles", `let s = "x";\n${"s = `${s}${s}`;\n".repeat(60)}own.use(s);`],
  ["a list that doubles", `let l = [f];\n${"l = [...l, ...l];\n".repeat(40)}own.use(l);\nfunction f() {}`],
  [
    "a list that doubles by concat",
    `let l = [f];\n${"l = l.concat(l);\n".repeat(40)}own.use(l);\nfunction f() {}`,
  ],
  ["a list of lists that doubles", `let l = [];\n${"l = [l, l];\n".repeat(40)}own.use(l);`],
  ["two lists that hold each other", "const a = [], b = [a];\na.push(b);\nown.use(a);"],
  ["a list that holds itself", "const l = [];\nl.push(l, l);\nown.use(l);"],
  ["a list that a loop fills", "const l = [];\nfor (;;) l.push(1);"],
  [
    "texts joined from such lists",
    `let l = ["xxxxxxxxxx"];\n${"l = [...l, ...l];\n".repeat(20)}const s = l.join(l.join("-"));`,
  ],
  [
    "loops in loops",
    `const a = [1,2,3,4,5,6,7,8,9,10];\n${many(5, (i) => `for (const x${String(i)} of a) `)}\nown.use((q, s, n) => n());`,
  ],
  [
    "functions that call two others",
    `${many(60, (i) => `function f${String(i)}(a) { f${String(i + 1)}(a); f${String(i + 1)}(a); }\n`)}f0(own);`,
  ],
  [
    "objects that hold each other",
    "const o = {};\no.a = o;\no.b = [o];\nown.use({ ...o, ...o.a }, o.b);\nown.set('a', o);\nmodule.exports = o;",
  ],
  [
    "routers in each other",
    "const a = express.Router(), b = express.Router();\na.use(b);\nb.use(a);\nown.use(a);\nown.use(own);",
  ],
  ["a class that makes itself", "class A { constructor() { this.a = new A(); } }\nown.use(new A().a.a.a);"],
  [
    "choices by forty variables",
    many(40, (i) => `own.y = process.env.B${String(i)} ? own.y + "1" : own.y + "2";\n`),
  ],
  [
    "choices by NODE_ENV inside each other",
    `let x = f(), prod = process.env.NODE_ENV === "production";\n${many(40, (i) => `x = prod ? x.a : process.env.C${String(i)} ? x.b : x.c;\n`)}own.use(x);`,
  ],
  [
    "calls of what NODE_ENV chose, in each other",
    `let x = f, prod = process.env.NODE_ENV === "production";\n${many(40, (i) => `if (prod) x = x(${String(i)}); else x = own.y ? x(1) : x.z;\n`)}own.use(x);`,
  ],
];

describe("set-up code nobody wrote", () => {
  for (const [name, text] of deep) {
    it(`is named when it is too deep: ${name}`, async () => {
      const { notAnalysed } = await read(text);
      assert.deepEqual(
        notAnalysed.map((one) => one.path),
        ["a.js"],
      );
      assert.match(notAnalysed[0]?.reason ?? "", /nested too deep/);
    });
  }
  for (const [name, text] of endless) {
    it(`is read in time: ${name}`, async () => {
      const { notAnalysed } = await read(text);
      if (name === "loops in loops") assert.match(notAnalysed[0]?.reason ?? "", /not checked/);
    });
  }

  it("is followed past settings that everything asks for, and that ask for each other", async () => {
    const report = await read(
      [
        `const names = [${many(90, (i) => `"N${String(i)}",`)}];`,
        "const one = (name) => (names.includes(name) ? process.env[name] : undefined);",
        "const all = () => { for (const name of names) if (!one(name)) console.warn(name); return process.env; };",
        "let database;",
        "const get = () => { if (database) return database; all(); if (process.env.DB) database = all(); return all(); };",
        ...Array.from({ length: 300 }, () => "get();"),
        "const late = express();",
        'late.get("/late", (req, res) => res.send("hi"));',
        "late.listen(3001);",
      ].join("\n"),
    );
    assert.deepEqual(report.notAnalysed, []);
    assert.ok(report.apps.some(({ place }) => place?.file === "a.js" && place.line > 300));
  });

  it("is followed through what people do write: five hundred texts in a row", async () => {
    const report = await read(
      `const sql = ${'"line" +\n'.repeat(500)}"end";\nown.use(require("helmet")());\nown.get("/b", (q, s) => s.end());\nown.listen(1);`,
    );
    assert.deepEqual(report.notAnalysed, []);
  });
});
