import assert from "node:assert/strict";
import { it } from "node:test";
import { tagsIn } from "./tags.ts";

const ROWS: readonly [name: string, html: string, heads: readonly string[]][] = [
  ["tags in any case", '<A href="/x">x</a><a\nid=1>', [' href="/x"', "\nid=1"]],
  ["no longer name that begins like it", "<article><abbr><a>", [""]],
  ["no closing tag", "</a><a/>", ["/"]],
  ["no tag that is never closed", "<a <a <a", []],
  ["no tag longer than 2,000 characters", `<a ${"x".repeat(2_001)}><a y>`, [" y"]],
];

for (const [name, html, heads] of ROWS) {
  it(`finds ${name}`, () => {
    assert.deepEqual(
      tagsIn(html, ["a"]).map((one) => one.head),
      heads,
    );
  });
}

it("reads a page made to be slow once", () => {
  const before = process.cpuUsage();
  tagsIn(`${"<a ".repeat(300_000)}>`, ["a"]);
  assert.ok(process.cpuUsage(before).user < 2_000_000);
});
