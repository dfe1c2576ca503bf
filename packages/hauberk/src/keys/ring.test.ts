import assert from "node:assert/strict";
import { test } from "node:test";
import { keyRing, newRing, rotateRing } from "./ring.ts";

const rings: readonly [string, string, readonly string[]][] = [
  ["one key", "1:aaa", ["aaa"]],
  ["the newest first, wherever it stands", "1:aaa,3:ccc,2:bbb", ["ccc", "bbb", "aaa"]],
  ["versions as numbers, not as texts", "9:nine,10:ten", ["ten", "nine"]],
  ["spaces and a line end around entries", " 2:bbb , 1:aaa \n", ["bbb", "aaa"]],
  ["plain secrets in their order", "aaa,bbb", ["aaa", "bbb"]],
  ["a plain secret as the oldest", "old,1:aaa", ["aaa", "old"]],
];
for (const [name, text, secrets] of rings)
  test(`reads ${name}`, () => assert.deepEqual(keyRing(text), secrets));

const wrong: readonly [string, string | undefined][] = [
  ["an unset variable", undefined],
  ["nothing", ""],
  ["spaces", "  "],
  ["an empty entry, which would be a secret of nothing", "1:aaa,"],
  ["a version without a secret", "1:"],
  ["a version that is no number", "v1:aaa"],
  ["a negative version", "-1:aaa"],
  ["a version beyond counting", "12345678901234567890:aaa"],
  ["two keys of one version", "1:aaa,1:bbb"],
  ["two versions of one number", "1:aaa,01:bbb"],
  ["a secret with a line break", "1:aa\na"],
];
for (const [name, text] of wrong) {
  test(`refuses ${name} as a key ring, without printing it`, () => {
    assert.throws(
      () => keyRing(text),
      (error: Error & { readonly code?: string }) =>
        error.code === "KEY_RING_INVALID" && !/aa|bbb/.test(error.message),
    );
  });
}

test("refuses an array, which is what secrets takes", () => {
  assert.throws(() => keyRing(["1:aaa"] as never), { code: "KEY_RING_INVALID" });
});

test("numbers new keys beyond all there are, and never changes those", () => {
  const ring = rotateRing("7:old,plain", 3);
  assert.match(ring, /^8:[A-Za-z0-9_-]{43},7:old,plain$/);
  assert.match(rotateRing("plain", 2), /^1:[A-Za-z0-9_-]{43},plain$/);
  assert.notEqual(newRing(), newRing());
});
