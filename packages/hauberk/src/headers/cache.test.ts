import assert from "node:assert/strict";
import { test } from "node:test";
import { decideCacheControl, mayBeReused, type CacheFacts } from "./cache.ts";

const rows: readonly [name: string, facts: Partial<CacheFacts>, want: string][] = [
  ["an answer nobody said anything about is asked for again", {}, "no-cache"],
  ["what the route says about a public page stays", { given: "public, max-age=60" }, "public, max-age=60"],
  ["a personal answer is not stored", { personal: true }, "no-store"],
  [
    "a personal answer the route calls public is not stored",
    { personal: true, given: "public, max-age=60" },
    "no-store",
  ],
  ["a personal answer with an age alone is not stored", { personal: true, given: "max-age=60" }, "no-store"],
  ["a personal answer with s-maxage is not stored", { personal: true, given: "s-maxage=60" }, "no-store"],
  [
    "a personal answer the route calls private may be kept by the one browser",
    { personal: true, given: "private, max-age=60" },
    "private, max-age=60",
  ],
  ["private is a word of its own", { personal: true, given: "public, x-private" }, "no-store"],
  [
    "private for some fields only is not private",
    { personal: true, given: 'private="x-field", max-age=60' },
    "no-store",
  ],
  ["upper case is the same word", { personal: true, given: "PRIVATE" }, "PRIVATE"],
  [
    "an answer with a cookie is not stored, private or not",
    { changesClient: true, given: "private, max-age=60" },
    "no-store",
  ],
  [
    "an answer with a cookie that is called public is not stored",
    { changesClient: true, given: "public" },
    "no-store",
  ],
  ["a page with a nonce is not stored", { holdsNonce: true }, "no-store"],
  [
    "a page with a nonce that is called private is not stored",
    { holdsNonce: true, given: "private, max-age=60" },
    "no-store",
  ],
  [
    "a page with a nonce that is called public is not stored",
    { holdsNonce: true, given: "public, max-age=60" },
    "no-store",
  ],
  [
    "no-store of the route stays as it is written",
    { personal: true, given: "no-store, max-age=0" },
    "no-store, max-age=0",
  ],
  ["no-store in another word does not count", { personal: true, given: "x-no-store" }, "no-store"],
  [
    "immutable files stay immutable",
    { given: "public, max-age=31536000, immutable" },
    "public, max-age=31536000, immutable",
  ],
];
for (const [name, facts, want] of rows) {
  test(name, () => {
    const all = { given: undefined, changesClient: false, personal: false, holdsNonce: false, ...facts };
    assert.equal(decideCacheControl(all), want);
  });
}

const reused: readonly [given: string | undefined, want: boolean][] = [
  ["public", true],
  ["max-age=60", true],
  ["private, max-age=60", true],
  ["immutable", true],
  ["", true],
  [undefined, false],
  ["no-cache", false],
  ["public, no-cache", false],
  ["no-store", false],
  [" No-Store ", false],
];
for (const [given, want] of reused) {
  test(`Cache-Control: ${given} ${want ? "may" : "may not"} be used again without asking`, () => {
    assert.equal(mayBeReused(given), want);
  });
}
