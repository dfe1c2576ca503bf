import assert from "node:assert/strict";
import { test } from "node:test";
import { randomSlice, randomText } from "./random.ts";

test("gives each byte of the pool out once, over many refills", () => {
  const seen = new Set<string>();
  for (let count = 0; count < 5000; count++) seen.add(randomText(16));
  assert.equal(seen.size, 5000);
});

test("gives as many bytes as asked for, at every place in the pool", () => {
  for (let length = 1; length < 600; length += 7) assert.equal(randomSlice(length).length, length);
});

test("is not visibly biased: each of 256 values comes up", () => {
  const counts = new Uint32Array(256);
  for (let count = 0; count < 2000; count++)
    for (const byte of randomSlice(32)) counts[byte] = (counts[byte] ?? 0) + 1;
  for (const count of counts) assert.ok(count > 120 && count < 400, String(count));
});
