import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseYaml, UNREAD } from "./yaml.ts";

const plain = (value: unknown): unknown =>
  typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]))
    : value;

const cases: readonly (readonly [name: string, text: string, want: unknown])[] = [
  ["nested names", "a:\n  b: one\n  c:\n    d: 2\ne: true\n", { a: { b: "one", c: { d: 2 } }, e: true }],
  [
    "quotes and comments",
    "# head\na: \"x # y\" # why\nb: 'it' #\nc: x#y\nd: z # w\n",
    { a: "x # y", b: "it", c: "x#y", d: "z" },
  ],
  ["nothing and null", "a:\nb: ~\nc: null\n", { a: {}, b: null, c: null }],
  ["a list below a name", "a:\n  - one\n  - two\nb: 1\n", { a: UNREAD, b: 1 }],
  ["a text of several lines", "a: |\n  secret: no\nb: 1\n", { a: UNREAD, b: 1 }],
  [
    "references, tags and flow",
    "a: *x\nb: !env Y\nc: { d: 1 }\ne: [1]\nf: &y z\n",
    { a: UNREAD, b: UNREAD, c: UNREAD, e: UNREAD, f: UNREAD },
  ],
  ["escapes in quotes", 'a: "x\\ny"\n', { a: UNREAD }],
  [
    "names that objects have",
    "__proto__:\n  x: 1\nconstructor: y\n",
    { ["__proto__"]: { x: 1 }, constructor: "y" },
  ],
  ["what is no mapping", "just words\n", undefined],
  ["a list as a whole", "- a\n- b\n", undefined],
];

describe("a YAML file of settings", () => {
  for (const [name, text, want] of cases) {
    it(`reads ${name}`, () => {
      assert.deepEqual(plain(parseYaml(text)), want);
    });
  }

  it("reads a long one in a moment", () => {
    assert.equal(parseYaml(" ".repeat(300_000)), undefined);
    assert.ok(parseYaml("a:\n".repeat(60_000)) !== undefined);
  });
});
