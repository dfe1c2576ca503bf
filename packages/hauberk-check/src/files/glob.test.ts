import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { globbed } from "./glob.ts";
import { parseIgnore } from "./ignore.ts";

/** Many stars, so that the glob is followed and not turned into an expression. */
const MANY = "*"
  .split("")
  .concat(Array.from({ length: 4 }, () => "*"))
  .join("a");

const cases: readonly (readonly [glob: string, path: string, fits: boolean])[] = [
  ["*.js", "a.js", true],
  ["*.js", "a/b.js", false],
  ["a.js", "a+js", false],
  ["**/a", "a", true],
  ["**/a", "x/y/a", true],
  ["**/a", "xa", false],
  ["a/**", "a/b/c", true],
  ["a/**/b", "a/b", true],
  ["a/**/b", "a/xb", false],
  ["?.js", "a.js", true],
  ["?.js", "/.js", false],
  ["a[b](c", "a[b](c", true],
  ["**/*/**/x/*/*.js", "a/b/x/c/d.js", true],
  ["**/*/**/x/*/*.js", "x/c/d.js", false],
  ["**/*/**/x/*/*.js", "a/xx/c/d.js", false],
  ["*-*-*-*.js", "a-b-c-d.js", true],
  ["*-*-*-*.js", "a-b/c-d-e.js", false],
  [`${MANY}?`, "aaaaab", true],
  [`${MANY}?`, "aaaa", false],
];

describe("a glob", () => {
  for (const [glob, path, fits] of cases)
    it(`${fits ? "is" : "is not"} of ${path}: ${glob}`, () => {
      assert.equal(globbed(glob)(path), fits);
    });

  it("with forty stars is read in time for the name made for it", () => {
    assert.equal(globbed(`${"*a".repeat(40)}b`)("a".repeat(250)), false);
    assert.equal(globbed(`${"**/a".repeat(40)}b`)("a/".repeat(120)), false);
  });
});

describe(".gitignore", () => {
  it("is read whatever stands in it: a pattern of a million characters, brackets, two hundred thousand lines", () => {
    for (const text of ["\0".repeat(1_000_000), "[".repeat(500), "x*\n".repeat(200_000)])
      assert.equal(parseIgnore(text)("app.js", false), false);
    const many = parseIgnore(Array.from({ length: 200_000 }, (_, i) => `n${String(i)}`).join("\n"));
    assert.deepEqual([many("a/n199999", false), many("a/n1999999", false)], [true, false]);
  });

  for (const [line, path, isFolder, ignored] of [
    ["dist", "a/dist", true, true],
    ["dist/", "dist", false, false],
    ["dist/", "a/dist", true, true],
    ["/dist", "a/dist", true, false],
    ["a/b", "a/b", false, true],
    ["a/b", "c/a/b", false, false],
    ["*.log", "x/y.log", false, true],
    ["*.env", ".env", false, true],
    ["**/keys", "my-keys", true, false],
    ["/*.js", "x/y.js", false, false],
  ] as const)
    it(`${ignored ? "leaves out" : "does not leave out"} ${path}: ${line}`, () => {
      assert.equal(parseIgnore(line)(path, isFolder), ignored);
    });
});
