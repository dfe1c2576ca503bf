import assert from "node:assert/strict";
import { test } from "node:test";
import { deriveKeys } from "../internal/secrets.ts";
import { issueToken, verifyToken } from "./token.ts";

const [key = "", other = ""] = deriveKeys(["a".repeat(32), "b".repeat(32)], "csrf v1");
const SESSION = "s".repeat(43);
const VISITOR = "v".repeat(43);
const good = issueToken(key, SESSION);

/** The token with one bit of one byte turned over. */
function flipped(bit: number): string {
  const bytes = Buffer.from(good, "base64url");
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bytes.toString("base64url");
}

test("takes the token of this session", () => {
  assert.equal(verifyToken(good, [key], [SESSION]), true);
});

test("takes a token made with an older key, and one bound to any of the cookies", () => {
  assert.equal(verifyToken(good, [other, key], [VISITOR, SESSION]), true);
});

const WRONG: readonly [title: string, token: unknown][] = [
  ["nothing", undefined],
  ["null", null],
  ["an empty text", ""],
  ["true", true],
  ["a number", 1],
  ["an array that holds it", [good]],
  ["an array of two", [good, good]],
  ["an object that turns into it", { toString: () => good }],
  ["a String object", Object(good)],
  ["its bytes", Buffer.from(good, "base64url")],
  ["it without its last character", good.slice(0, -1)],
  ["it with one character more", `${good}A`],
  ["it with padding", `${good}==`],
  ["it with a space in front", ` ${good}`],
  ["it with a line feed behind", `${good}\n`],
  ["it in plain base64", Buffer.from(good, "base64url").toString("base64")],
  ["it in hexadecimal", Buffer.from(good, "base64url").toString("hex")],
  ["it in capitals", good.toUpperCase()],
  ["86 letters", "A".repeat(86)],
  ["86 dashes", "-".repeat(86)],
  ["86 letters beyond ASCII", "\u0101".repeat(86)],
  ["4 KB", "A".repeat(4096)],
  ["100 KB", "A".repeat(100_000)],
  ["the token of another session", issueToken(key, "t".repeat(43))],
  ["the token of a visitor", issueToken(key, VISITOR)],
  ["a token of another application", issueToken(deriveKeys(["c".repeat(32)], "csrf v1")[0] ?? "", SESSION)],
  [
    "a token of this secret for another purpose",
    issueToken(deriveKeys(["a".repeat(32)], "cookies")[0] ?? "", SESSION),
  ],
  [
    "the mask twice",
    Buffer.concat([
      Buffer.from(good, "base64url").subarray(0, 32),
      Buffer.from(good, "base64url").subarray(0, 32),
    ]).toString("base64url"),
  ],
  ["its halves the wrong way round with a bit changed", flipped(256 + 7)],
];

for (const [title, token] of WRONG) {
  test(`refuses ${title}`, () => {
    assert.equal(verifyToken(token, [key], [SESSION]), false);
  });
}

test("refuses every token with one bit turned over", () => {
  for (let bit = 0; bit < 512; bit++) assert.equal(verifyToken(flipped(bit), [key], [SESSION]), false);
});

test("refuses everything when nothing is there to be bound to", () => {
  assert.equal(verifyToken(good, [key], []), false);
  assert.equal(verifyToken(good, [], [SESSION]), false);
});

test("never shows the same token twice", () => {
  const tokens = new Set(Array.from({ length: 1000 }, () => issueToken(key, SESSION)));
  assert.equal(tokens.size, 1000);
});

test("shows no two tokens that share a run of characters a compression oracle could measure", () => {
  const [first, second] = [issueToken(key, SESSION), issueToken(key, SESSION)];
  let same = 0;
  for (let at = 0; at < first.length; at++) if (first[at] === second[at]) same += 1;
  assert.ok(same < 20, `${same} of 86 characters agree`);
});
