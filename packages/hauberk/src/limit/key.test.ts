import assert from "node:assert/strict";
import { test } from "node:test";
import { addressKey, addressKeyBy } from "./key.ts";

const KEYS: readonly [address: string, key: string][] = [
  ["192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::", "2001:db8:1:2::/64"],
  ["2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["1::", "1:0:0:0::/64"],
  ["1:2:3::", "1:2:3:0::/64"],
  ["::5:6:7:8", "0:0:0:0::/64"],
  ["::4:5:6:7:8", "0:0:0:4::/64"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["", ""],
];

for (const [address, key] of KEYS) {
  test(`counts ${address || "an unknown address"} under ${key || "nothing else"}`, () => {
    assert.equal(addressKey(address), key);
  });
}

test("gives a client of a /64 one key whatever address it takes", () => {
  const keys = new Set(
    Array.from({ length: 1000 }, (_, at) => addressKey(`2001:db8:0:7::${at.toString(16)}`)),
  );
  assert.equal(keys.size, 1);
});

test("gives neighbouring networks their own keys", () => {
  const keys = new Set(
    Array.from({ length: 1000 }, (_, at) => addressKey(`2001:db8:0:${at.toString(16)}::1`)),
  );
  assert.equal(keys.size, 1000);
});

const PREFIXES: readonly [prefixLength: number, address: string, key: string][] = [
  [56, "2001:db8:1:2ff:3:4:5:6", "2001:db8:1:200::/56"],
  [56, "2001:db8:1:ab::1", "2001:db8:1:0::/56"],
  [56, "2001:db8:1:ffff::", "2001:db8:1:ff00::/56"],
  [60, "2001:db8:1:abcd::1", "2001:db8:1:abc0::/60"],
  [48, "2001:db8:1:2::1", "2001:db8:1:0::/48"],
  [47, "2001:db8:3:2::1", "2001:db8:2:0::/47"],
  [32, "2001:db8:1:2::1", "2001:db8:0:0::/32"],
  [56, "::ffff:192.0.2.1", "192.0.2.1"],
  [56, "192.0.2.1", "192.0.2.1"],
];

for (const [prefixLength, address, key] of PREFIXES) {
  test(`counts ${address} under ${key} with a prefix of ${prefixLength} bits`, () => {
    assert.equal(addressKeyBy(prefixLength)(address), key);
  });
}

test("gives a household of 256 networks one key with a prefix of 56 bits", () => {
  const keyOf = addressKeyBy(56);
  const networks = Array.from(
    { length: 256 },
    (_, at) => `2001:db8:0:7${at.toString(16).padStart(2, "0")}::1`,
  );
  assert.equal(new Set(networks.map(keyOf)).size, 1);
  assert.equal(new Set(networks.map(addressKey)).size, 256);
});
