import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import { pretty } from "./pretty.ts";
import { wrap } from "./wrap.ts";

const long =
  "  Why  Where the origin is echoed, any page a visitor opens reads their data and acts for them.";

const words = (text: string): string[] => text.split(/\s+/);
const codes = (text: string): number => text.split("\u001B[").length;

describe("wrapping a line", () => {
  for (const [what, line, columns, want] of [
    ["leaves what fits", "  Why  Short.", 80, "  Why  Short."],
    ["leaves what fits to the last column", "x".repeat(39) + " y", 41, "x".repeat(39) + " y"],
    [
      "indents what follows",
      long,
      60,
      "  Why  Where the origin is echoed, any page a visitor opens\n       reads their data and acts for them.",
    ],
    ["leaves all to a terminal with no room", long, 20, long],
    ["leaves all where there is no terminal", long, Number.POSITIVE_INFINITY, long],
    [
      "keeps a long word whole",
      `  Fix  ${"k".repeat(90)} then`,
      60,
      `  Fix \n       ${"k".repeat(90)}\n       then`.replace(" \n", "\n"),
    ],
  ] as const)
    it(what, () => {
      assert.equal(wrap(line, columns, 7), want);
    });

  it("loses no word and passes no column", () => {
    for (let columns = 40; columns < 100; columns += 1) {
      const rows = wrap(long, columns, 7).split("\n");
      assert.equal(rows.map((row) => row.trim()).join(" "), long.trim());
      assert.ok(rows.every((row) => row.length <= columns));
    }
  });
});

describe("the report in a terminal", () => {
  const files = memoryFiles(
    new Map(
      Object.entries({
        "package.json": '{"dependencies":{"express":"5.1.0","express-session":"1.18.0"}}',
        "app.js": `const express = require("express");
const session = require("express-session");
const app = express();
app.use(session({ secret: process.env.SECRET, resave: false, saveUninitialized: true }));
app.get("/", (req, res) => res.send("hello"));
app.listen(3000);
`,
      }),
    ),
  );

  it("stays inside it, code frames and headings aside, and says the same", async () => {
    const report = await check({ files });
    const narrow = pretty(report, files, false, 60);
    assert.deepEqual(words(narrow), words(pretty(report, files, false)));
    const rows = narrow.split("\n").filter((row) => row.startsWith(" ") && !/^ +>? *\d* \|/.test(row));
    assert.ok(rows.length > 20);
    assert.deepEqual(
      rows.filter((row) => row.length > 60),
      [],
    );
  });

  it("underlines the same place and emboldens the same labels", async () => {
    const report = await check({ files });
    assert.equal(codes(pretty(report, files, true, 60)), codes(pretty(report, files, true)));
  });
});
