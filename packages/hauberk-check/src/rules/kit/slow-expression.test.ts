import assert from "node:assert/strict";
import { it } from "node:test";
import { slowPart } from "./slow-expression.ts";

const SLOW: readonly (readonly [source: string, part: string])[] = [
  ["([0-9]+)+#", "([0-9]+)+"],
  ["^(a+)*$", "(a+)*"],
  ["^(?:[a-z]+-?)+$", "(?:[a-z]+-?)+"],
  ["^([a-z]{2,4})+$", "([a-z]{2,4})+"],
  [String.raw`^(\s*\w+\s*)+;`, String.raw`(\s*\w+\s*)+`],
  [String.raw`^(\w|\d)+$`, String.raw`(\w|\d)+`],
  [String.raw`^(([\-.]|_+)?([a-z0-9]+))*(@){1}`, String.raw`(([\-.]|_+)?([a-z0-9]+))*`],
  [String.raw`^x(\w+)+\w@`, String.raw`(\w+)+`],
  ["^(?<name>a+)+$", "(?<name>a+)+"],
  ["(?=y)(a+)+(?!b)", "(a+)+"],
  [String.raw`^([\w.-]*[a-z\d])*@`, String.raw`([\w.-]*[a-z\d])*`],
  [String.raw`^(?:\w+\d)+$`, String.raw`(?:\w+\d)+`],
  [String.raw`^(?:[a-z][a-z]*[a-f]{2})+$`, String.raw`(?:[a-z][a-z]*[a-f]{2})+`],
];

/** With a text that shows it: each ends within a moment, or the test does not. */
const FAST: readonly (readonly [source: string, text: string])[] = [
  ["^[a-z]+$", "a".repeat(1_000)],
  [String.raw`^\w+(?:\.\w+)*@`, "a".repeat(1_000)],
  ["^(?:[a-z]+-)+$", "a".repeat(1_000)],
  ["^(a+)+", "a".repeat(1_000)],
  ["(a+)+.*$", "a".repeat(1_000)],
  ["^(?:ab)+$", "ab".repeat(500)],
  ["^(?:a|b)+$", "ab".repeat(500)],
  [String.raw`^(?:\d{3})+$`, "1".repeat(1_000)],
  ["^(a?)+$", "a".repeat(1_000)],
  ["^(?:a+){1,3}$", `${"a".repeat(100)}!`],
  ["[(a+)+]$", "a+".repeat(500)],
  [String.raw`\(a+\)+$`, "(aaa)".repeat(200)],
  [String.raw`^(?:\w*-)+$`, "a".repeat(1_000)],
  [String.raw`^(?:[a-f]+[g-z])+$`, "ag".repeat(500)],
  [String.raw`^(?:\d+[.,])*\d+$`, "1,".repeat(500)],
];

for (const [source, part] of SLOW)
  it(`finds ${part} in ${source}`, () => {
    assert.equal(slowPart(source, ""), part);
  });

for (const [source, text] of FAST)
  it(`leaves ${source} alone`, () => {
    assert.equal(slowPart(source, "i"), undefined);
    new RegExp(source, "i").test(`${text}!`);
  });

it("says nothing of an expression that it does not read, or that is very long", () => {
  assert.equal(slowPart("(a+", ""), undefined);
  assert.equal(slowPart("(a+)+)$", ""), undefined);
  assert.equal(slowPart(`${"b".repeat(3_000)}(a+)+$`, ""), undefined);
});
