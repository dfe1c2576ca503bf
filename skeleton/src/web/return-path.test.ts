import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { safeReturnPath } from "./return-path.ts";

const REFUSED: readonly unknown[] = [
  undefined,
  null,
  7,
  {},
  [],
  ["/notes"],
  "",
  "notes",
  "https://evil.example/",
  "HTTPS://evil.example",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "\t//evil.example",
  " //evil.example",
  "/ /evil.example",
  "/x/..//evil.example",
  "/.//evil.example",
  "/%2e%2e//evil.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "/notes\r\nSet-Cookie: a=b",
  "/notes\u0000",
  "/notes\u2028",
  "/n\u00f6tes",
  "/notes\\..\\evil",
  "/login",
  "/login?returnTo=/login",
  "/logout",
  "/x/../logout",
  `/${"a".repeat(600)}`,
];

for (const wish of REFUSED) {
  test(`does not return to ${inspect(wish).slice(0, 60)}`, () => {
    assert.equal(safeReturnPath(wish, "/home"), "/home");
  });
}

const ACCEPTED: readonly [wish: string, path: string][] = [
  ["/", "/"],
  ["/notes", "/notes"],
  ["/notes/3/edit?page=2", "/notes/3/edit?page=2"],
  ["/notes?next=https://evil.example", "/notes?next=https://evil.example"],
  ["/@evil.example", "/@evil.example"],
  ["/notes#part", "/notes"],
  ["/a/../notes", "/notes"],
];

for (const [wish, path] of ACCEPTED) {
  test(`returns to ${wish}`, () => {
    assert.equal(safeReturnPath(wish, "/home"), path);
  });
}
