import assert from "node:assert/strict";
import { test } from "node:test";
import { refusePath, type PathRefusal } from "./path.ts";
import { cpuMillis } from "../../../../test/support/cpu-time.ts";

const CLEAN = [
  "/",
  "*",
  "/notes/7",
  "/notes/",
  "/a//b",
  "/%C3%A9t%C3%A9",
  "/a%20b",
  "/100%25",
  "/100%25-off",
  "/a%25zz",
  "/a..b",
  "/...",
  "/.../a",
  "/a/..b",
  "/.well-known/security.txt",
  "/file.tar.gz",
  "/a;v=1",
  "/a:b@c",
  "/a%3Bb",
  "/search?q=../../etc/passwd",
  "/search?next=%2f%2fevil.example",
  "/search?q=%zz",
  "/search?q=%00",
  "/?a\\b",
];

for (const target of CLEAN) {
  test(`lets ${target} pass`, () => {
    assert.equal(refusePath(target), undefined);
  });
}

const HOSTILE: readonly [target: string, because: PathRefusal][] = [
  ["", "not-a-path"],
  ["?a=1", "not-a-path"],
  ["notes", "not-a-path"],
  ["http:/x", "not-a-path"],
  ["**", "not-a-path"],
  ["*?a", "not-a-path"],
  ["//evil.example", "network-path"],
  ["//evil.example/%2e%2e", "network-path"],
  ["///", "network-path"],
  ["/a#b", "fragment"],
  ["/a?b#/../c", "fragment"],
  ["/a b", "control-character"],
  ["/a\u0000", "control-character"],
  ["/a\tb", "control-character"],
  ["/a\u007f", "control-character"],
  ["/a\u00c3\u00a9", "control-character"],
  ["/a\u2028b", "control-character"],
  ["/\u0000/../", "control-character"],
  ["/a\\b", "backslash"],
  ["/\\evil.example", "backslash"],
  ["/..\\windows", "backslash"],
  ["/a%2fb", "encoded-slash"],
  ["/a%2Fb", "encoded-slash"],
  ["/%2f%2fevil.example", "encoded-slash"],
  ["/..%2f..%2fetc/passwd", "encoded-slash"],
  ["/a%5cb", "encoded-backslash"],
  ["/a%5Cb", "encoded-backslash"],
  ["/a%00", "encoded-nul"],
  ["/a%00.png", "encoded-nul"],
  ["/a%0d%0aSet-Cookie:x", "encoded-control"],
  ["/a%1f", "encoded-control"],
  ["/a%7F", "encoded-control"],
  ["/%252e%252e/", "double-encoding"],
  ["/a%252fb", "double-encoding"],
  ["/%", "invalid-encoding"],
  ["/%zz", "invalid-encoding"],
  ["/%2", "invalid-encoding"],
  ["/a%u002f", "invalid-encoding"],
  ["/%c0%ae%c0%ae/", "invalid-encoding"],
  ["/%c0%af", "invalid-encoding"],
  ["/%e0%80%af", "invalid-encoding"],
  ["/%f0%80%80%af", "invalid-encoding"],
  ["/%ed%a0%80", "invalid-encoding"],
  ["/%f4%90%80%80", "invalid-encoding"],
  ["/%ff", "invalid-encoding"],
  ["/%c3", "invalid-encoding"],
  ["/%80", "invalid-encoding"],
  ["/.", "dot-segment"],
  ["/..", "dot-segment"],
  ["/./a", "dot-segment"],
  ["/../a", "dot-segment"],
  ["/a/../b", "dot-segment"],
  ["/a/..", "dot-segment"],
  ["/a/.", "dot-segment"],
  ["/%2e", "dot-segment"],
  ["/%2E%2e/a", "dot-segment"],
  ["/.%2e/a", "dot-segment"],
  ["/%2e./a", "dot-segment"],
  ["/..;/a", "dot-segment"],
  ["/..;jsessionid=1/a", "dot-segment"],
  ["/.;/a", "dot-segment"],
  ["/..%3b/a", "dot-segment"],
  ["/..%3B/a", "dot-segment"],
  ["/a/../?x", "dot-segment"],
];

for (const [target, because] of HOSTILE) {
  test(`refuses the target ${JSON.stringify(target)}: ${because}`, () => {
    assert.equal(refusePath(target), because);
  });
}

test("looks at 100 KB of hostile path without slowing down", () => {
  for (const hostile of ["/.", "%", "%2", "%25", "/%2e", "\\", "/..;", "a"]) {
    const target = `/x${hostile.repeat(100_000 / hostile.length)}`;
    assert.ok(cpuMillis(() => refusePath(target)) < 500, hostile);
  }
});
