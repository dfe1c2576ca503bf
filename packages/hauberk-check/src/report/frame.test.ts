import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codeFrame } from "./frame.ts";
import type { Hide } from "./hide.ts";

const hide: Hide = (line) => line.replaceAll(/keyboard cat|tiger/g, "***");

/** What the last two rows show: the line itself and what is marked of it. */
function marked(line: string, from: number, to: number, endLine = 1): string {
  const place = { file: "a.js", line: 1, column: from, endLine, endColumn: to };
  return codeFrame(line, place, undefined, hide)
    .split("\n")
    .map((row) => row.slice(6))
    .join("\n");
}

describe("a code frame", () => {
  for (const [what, line, from, to, want] of [
    ["marks what was found", "app.use(cors());", 9, 15, "app.use(cors());\n        ^^^^^^"],
    ["marks one column at least", "app.use();", 9, 9, "app.use();\n        ^"],
    ["marks the end of a line that is shorter than the place", "x;", 9, 12, "x;\n  ^"],
    [
      "marks what hides a secret",
      'use({ secret: "keyboard cat" });',
      15,
      29,
      'use({ secret: "***" });\n              ^^^^^',
    ],
    [
      "marks what stands before a secret",
      'use({ secret: "keyboard cat" });',
      1,
      4,
      'use({ secret: "***" });\n^^^',
    ],
    [
      "marks what stands behind a secret",
      'a("tiger"); b("x");',
      13,
      19,
      'a("***"); b("x");\n          ^^^^^^',
    ],
    ["marks all with a secret in the middle", 'a("tiger", b);', 1, 15, 'a("***", b);\n^^^^^^^^^^^^'],
    ["tells no length of a secret it begins in", 'a("keyboard cat");', 9, 16, 'a("***");\n      ^'],
  ] as const)
    it(what, () => {
      assert.equal(marked(line, from, to), want);
    });

  it("marks a secret that goes on in the next line to the end of this one", () => {
    assert.equal(
      marked('a("tiger" +\n b);', 3, 3, 2).split("\n").slice(0, 2).join("\n"),
      'a("***" +\n  ^^^^^^^',
    );
  });
});
