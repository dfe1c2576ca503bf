import assert from "node:assert/strict";
import { test } from "node:test";
import { clientAddress, normalizeAddress } from "./client.ts";

const ADDRESSES: readonly [text: string, want: string | undefined][] = [
  ["192.0.2.1", "192.0.2.1"],
  ["192.0.2.1:4711", "192.0.2.1"],
  ["::1", "::1"],
  ["[::1]", "::1"],
  ["[::1]:4711", "::1"],
  ["2001:DB8::1", "2001:db8::1"],
  ["2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:192.0.2.1", "192.0.2.1"],
  ["::ffff:c000:201", "192.0.2.1"],
  ["0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"],
  ["[::ffff:192.0.2.1]:80", "192.0.2.1"],
  ["", undefined],
  ["unknown", undefined],
  ["_hidden", undefined],
  ["localhost", undefined],
  ["192.0.2", undefined],
  ["192.0.2.256", undefined],
  ["192.0.2.01", undefined],
  ["0xc0000201", undefined],
  ["3221225985", undefined],
  ["192.0.2.1:", undefined],
  ["192.0.2.1:80:80", undefined],
  ["192.0.2.1:port", undefined],
  ["[192.0.2.1", undefined],
  ["[::1", undefined],
  ["[::1]x", undefined],
  ["[::1]:x", undefined],
  ["::1%eth0", undefined],
  ["[fe80::1%25eth0]", undefined],
  ["::g", undefined],
  ["1::2::3", undefined],
  ["::ffff:192.0.2.256", undefined],
  ["192.0.2.1 ", undefined],
  ["192.0.2.1\u0000", undefined],
  ["<script>", undefined],
];

for (const [text, want] of ADDRESSES) {
  test(`reads the address ${JSON.stringify(text)} as ${String(want)}`, () => {
    assert.equal(normalizeAddress(text), want);
  });
}

test("asks about each hop with its distance, and stops at the first that is not trusted", () => {
  const asked: [string, number][] = [];
  const address = clientAddress("10.0.0.1", ["6.6.6.6", "198.51.100.4", " 10.0.0.2"], (hop, index) => {
    asked.push([hop, index]);
    return hop.startsWith("10.");
  });
  assert.equal(address, "198.51.100.4");
  assert.deepEqual(asked, [
    ["10.0.0.1", 0],
    ["10.0.0.2", 1],
    ["198.51.100.4", 2],
  ]);
});
