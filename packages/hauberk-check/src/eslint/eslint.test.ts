import assert from "node:assert/strict";
import { describe, it } from "node:test";
import plugin, { SINGLE_FILE } from "./index.ts";

describe("the ESLint plugin", () => {
  it("has a rule for every rule that one file decides", () => {
    assert.equal(Object.keys(plugin.rules).length, SINGLE_FILE.length);
    assert.ok(SINGLE_FILE.length > 40);
    assert.equal(Object.keys(plugin.configs.recommended.rules).length, SINGLE_FILE.length);
  });

  it("reports with the place and the fix", () => {
    const seen: { message: string; loc: { start: { line: number; column: number } } }[] = [];
    const text =
      'const session = require("express-session");\napp.use(session({ secret: "keyboard cat" }));\n';
    const rule = plugin.rules["session-known-secret"];
    rule
      ?.create({ filename: "/x/app.js", sourceCode: { text }, report: (problem) => seen.push(problem) })
      .Program();
    assert.deepEqual(
      seen.map((one) => one.loc.start),
      [{ line: 2, column: 26 }],
    );
    assert.match(seen[0]?.message ?? "", /published ones.+Replace it now/);
  });
});
