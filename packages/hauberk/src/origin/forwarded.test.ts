import assert from "node:assert/strict";
import { test } from "node:test";
import { parseForwarded } from "./forwarded.ts";
import { cpuMillis } from "../../../../test/support/cpu-time.ts";

const none = { for: undefined, proto: undefined, host: undefined };

const GOOD: readonly [text: string, want: readonly object[]][] = [
  ["for=192.0.2.1", [{ ...none, for: "192.0.2.1" }]],
  ["For=192.0.2.1;Proto=https;Host=app.example", [{ for: "192.0.2.1", proto: "https", host: "app.example" }]],
  ['for="[2001:db8::1]:4711"', [{ ...none, for: "[2001:db8::1]:4711" }]],
  [
    "for=192.0.2.1, for=198.51.100.1;by=203.0.113.1",
    [
      { ...none, for: "192.0.2.1" },
      { ...none, for: "198.51.100.1" },
    ],
  ],
  [
    "for=unknown ; proto=http , for=_secret",
    [
      { ...none, for: "unknown", proto: "http" },
      { ...none, for: "_secret" },
    ],
  ],
  [String.raw`host="a\"b"`, [{ ...none, host: 'a"b' }]],
  ['for="a,b;c"', [{ ...none, for: "a,b;c" }]],
];

for (const [text, want] of GOOD) {
  test(`reads Forwarded: ${text}`, () => {
    assert.deepEqual(parseForwarded(text), want);
  });
}

const BAD = [
  "",
  " ",
  "for",
  "for=",
  "=192.0.2.1",
  "for=192.0.2.1;",
  "for=192.0.2.1,",
  ",for=192.0.2.1",
  "for=192.0.2.1;;proto=https",
  "for=192.0.2.1 proto=https",
  "for = 192.0.2.1",
  "for=192.0.2.1:80",
  "for=[2001:db8::1]",
  'for="192.0.2.1',
  'for="x, for=192.0.2.1',
  'for="192.0.2.1"x',
  "for=192.0.2.1;for=198.51.100.1",
  "for=192.0.2.1;FOR=198.51.100.1",
  "proto=https;proto=http",
  "for=192.0.2.1\nfor=198.51.100.1",
  "for=192.0.2.1\u0000",
  'for="a\u0000\\"',
  "f\u00f6r=192.0.2.1",
  "for=<script>",
];

for (const text of BAD) {
  test(`refuses Forwarded: ${JSON.stringify(text)}`, () => {
    assert.equal(parseForwarded(text), undefined);
  });
}

test("reads 100 KB of hostile Forwarded without slowing down", () => {
  for (const hostile of ['"', "for=a,", "for=a;", " ", "\\", 'for="', "=", "a"]) {
    const spent = cpuMillis(() => {
      parseForwarded(hostile.repeat(100_000 / hostile.length));
      parseForwarded(`for="${hostile.repeat(100_000 / hostile.length)}`);
    });
    assert.ok(spent < 500, hostile);
  }
});
