import assert from "node:assert/strict";
import { test } from "node:test";
import { fillRandom, randomText } from "./random.ts";

test("gives each byte of the pool out once, over many refills", () => {
  const seen = new Set<string>();
  for (let count = 0; count < 5000; count++) seen.add(randomText(16));
  assert.equal(seen.size, 5000);
});

test("gives as many bytes as asked for, at every place in the pool", () => {
  for (let length = 1; length < 600; length += 7) {
    assert.equal(Buffer.from(randomText(length), "base64url").length, length);
  }
});

test("is not visibly biased: each of 256 values comes up", () => {
  const counts = new Uint32Array(256);
  const bytes = Buffer.alloc(32);
  for (let count = 0; count < 2000; count++, fillRandom(bytes, 32))
    for (const byte of count === 0 ? [] : bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  for (const count of counts) assert.ok(count > 120 && count < 400, String(count));
});

test("fills the beginning of a buffer and leaves the rest alone", () => {
  const target = Buffer.alloc(64);
  fillRandom(target, 32);
  assert.notDeepEqual(target.subarray(0, 32), Buffer.alloc(32));
  assert.deepEqual(target.subarray(32), Buffer.alloc(32));
});
