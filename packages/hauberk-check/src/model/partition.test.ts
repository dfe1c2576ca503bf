import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { partition } from "./partition.ts";

type Links = readonly (readonly [string, string])[];

/** The groups, each as the letters in it. */
function groups(members: string, links: Links): string {
  const found = new Map<string, string>();
  for (const [member, group] of partition(members, links))
    found.set(group, (found.get(group) ?? "") + member);
  return [...found.values()].join(" ");
}

const cases: readonly (readonly [name: string, members: string, links: Links, want: string])[] = [
  ["no member", "", [], ""],
  ["members without a link", "abc", [], "a b c"],
  ["a link to itself", "ab", [["a", "a"]], "a b"],
  [
    "a link and its reverse",
    "abc",
    [
      ["b", "c"],
      ["c", "b"],
    ],
    "a bc",
  ],
  [
    "a circle",
    "abcd",
    [
      ["a", "b"],
      ["b", "c"],
      ["c", "a"],
    ],
    "abc d",
  ],
  [
    "two groups that a late link joins",
    "abcd",
    [
      ["a", "b"],
      ["d", "c"],
      ["c", "b"],
    ],
    "abcd",
  ],
  [
    "a link to nobody",
    "ab",
    [
      ["a", "x"],
      ["x", "b"],
    ],
    "a b",
  ],
  ["the name of no folder", "ab", [["", "a"]], "a b"],
  [
    "names that an object has by itself",
    "ab",
    [
      ["constructor", "a"],
      ["__proto__", "b"],
    ],
    "a b",
  ],
];

describe("groups of what is linked", () => {
  for (const [name, members, links, want] of cases)
    it(`tells ${name}`, () => {
      assert.equal(groups(members, links), want);
    });

  it("names a group after its first member, whichever way the links go", () => {
    assert.deepEqual(
      [
        ...partition("abc", [
          ["c", "b"],
          ["b", "a"],
        ]).values(),
      ],
      ["a", "a", "a"],
    );
  });

  it("joins ten thousand in a chain, from the end, in a moment", () => {
    const members = Array.from({ length: 10_000 }, (_, i) => String(i));
    const links = members.slice(1).map((one, i) => [one, String(i)] as const);
    const started = performance.now();
    assert.equal(new Set(partition(members, links.toReversed()).values()).size, 1);
    assert.ok(performance.now() - started < 1_000);
  });
});
