import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findExpressions } from "../lib/expressions.ts";
import { root } from "../lib/paths.mjs";
import { isProved, keyOfExpression } from "../lib/proved-expressions.ts";
import { isBounded, isListed, verdictOf, type ListedExpression } from "../lib/regex-verdict.ts";
import { temporaryFolder } from "./support.ts";

test("finds literals, and texts given to RegExp, in any place of a source", () => {
  const text = String.raw`const a: RegExp = /^(a+)+$/g;
f({ b: new RegExp("c\\d", "i"), d: [RegExp(String.raw${"`"}e\s${"`"})] });
new RegExp(${"`x${a}`"});`;
  const { expressions, atRunTime } = findExpressions(text);
  assert.deepEqual(expressions, [
    { line: 1, source: "^(a+)+$", flags: "g" },
    { line: 2, source: String.raw`c\d`, flags: "i" },
    { line: 2, source: String.raw`e\s`, flags: "" },
  ]);
  assert.deepEqual(atRunTime, [3]);
});

test("does not skip a source that cannot be parsed", () => {
  assert.throws(() => findExpressions("const a = /(/; const ="), SyntaxError);
});

test("proves without an analysis only what repeats nothing", () => {
  const bounded = ["a|b|cd", String.raw`^\+\*[^x]\{$`, "ab?c?", "(?:GET|HEAD)", "^[0-9a-f]{32}$"];
  const others = ["a+", "a*b", "a{2,}", "[+]", "(?:a?){30}", "a?".repeat(12), "(a|a){30}", "a{2,3}"];
  for (const source of bounded) assert.equal(isBounded({ line: 1, source, flags: "" }), true, source);
  for (const source of others) assert.equal(isBounded({ line: 1, source, flags: "" }), false, source);
});

test("takes an analysis that came to no end for no proof", () => {
  const unknown = { source: "a", flags: "", status: "unknown" } as const;
  assert.equal(verdictOf({ ...unknown, error: { kind: "timeout" } }), "timeout");
  assert.equal(verdictOf({ ...unknown, error: { kind: "invalid", message: "" } }), "unsupported");
});

const DAY_MS = 86_400_000;
const once = { line: 1, source: "a+b", flags: "" };
const proved = { recheck: "4.5.0", keys: [keyOfExpression(once)] };
const days = Array.from({ length: 20 }, (_, day) => day * DAY_MS);

test("proves an expression again every ten days, so that an entry without a proof does not stay", () => {
  const due = days.filter((day) => !isProved(once, proved, "4.5.0", day));
  assert.equal(due.length, 2);
  assert.equal((due[1] ?? 0) - (due[0] ?? 0), 10 * DAY_MS);
});

for (const [name, expression, version] of [
  ["by another version", once, "4.5.1"],
  ["with other flags", { ...once, flags: "i" }, "4.5.0"],
  ["with one letter more", { ...once, source: "a+ab" }, "4.5.0"],
  ["where flags and source are one text", { ...once, source: "/a+b", flags: "" }, "4.5.0"],
] as const)
  test(`does not take an expression for proved that was proved ${name}`, () => {
    assert.equal(days.filter((day) => isProved(expression, proved, version, day)).length, 0);
  });

const planted: readonly (readonly [source: string, status: number, says: RegExp])[] = [
  ["export const a = /^(a+)+$/;", 1, /a\.ts:1 exponential/],
  [String.raw`export const a = /(\s*\w+)*x/;`, 1, /a\.ts:1 exponential/],
  [String.raw`export const a = /"((?:\\.|[^"\\])*)"/g;`, 1, /a\.ts:1 polynomial/],
  [String.raw`export const a = [/^\d+$/, /[<>&]/g];`, 0, /2 proved linear/],
  ["export const a = 1;", 1, /^$/],
];
for (const [source, status, says] of planted) {
  test(`ends with ${status} for ${source}`, (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, "a.ts"), source);
    const ended = spawnSync(process.execPath, [join(root, "scripts/check-expressions.ts"), "."], {
      cwd: folder,
      encoding: "utf8",
    });
    assert.equal(ended.status, status, ended.stderr);
    if (source.includes("/")) assert.match(ended.stdout + ended.stderr, says);
  });
}

const listed = JSON.parse(
  readFileSync(join(root, "scripts/reviewed-expressions.json"), "utf8"),
) as readonly ListedExpression[];

test("lists nothing unproved that reads what a visitor sends, nothing exponential, and a reason each", () => {
  for (const { path, source, verdict, why } of listed) {
    if (verdict !== "safe") assert.match(path, /^packages\/hauberk-check\/src\//, source);
    assert.match(verdict, /^(?:safe|polynomial|timeout)$/, source);
    assert.ok(why.length > 20, source);
  }
});

test("lists an expression for one file, not for every place it may be copied to", () => {
  const entry: ListedExpression = { path: "a.ts", source: "a", flags: "", verdict: "polynomial", why: "" };
  assert.equal(isListed(entry, { path: "a.ts", line: 9, source: "a", flags: "" }), true);
  assert.equal(isListed(entry, { path: "b.ts", line: 9, source: "a", flags: "" }), false);
  assert.equal(isListed(entry, { path: "a.ts", line: 9, source: "a", flags: "g" }), false);
});
