import assert from "node:assert/strict";
import { test } from "node:test";
import { fileSize } from "./size.ts";

const CASES: readonly [bytes: number, words: string][] = [
  [0, "0 bytes"],
  [1, "1 bytes"],
  [1023, "1023 bytes"],
  [1024, "1.0 kB"],
  [12_500, "12 kB"],
  [5 * 1024 * 1024, "5.0 MB"],
  [25 * 1024 * 1024, "25 MB"],
  [3 * 1024 ** 4, "3072 GB"],
];

for (const [bytes, words] of CASES) {
  test(`writes ${bytes} bytes as "${words}"`, () => {
    assert.equal(fileSize(bytes), words);
  });
}
