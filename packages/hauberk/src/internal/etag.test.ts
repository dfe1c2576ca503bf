import assert from "node:assert/strict";
import { test } from "node:test";
import { weakEtag } from "./etag.ts";

test("gives the same body the same tag, as text and as bytes", () => {
  assert.equal(weakEtag("hello"), weakEtag(Buffer.from("hello")));
});

test("tells bodies of the same length apart", () => {
  assert.notEqual(weakEtag("hello"), weakEtag("hallo"));
});

test("writes a weak tag that can stand in a header, also for an empty body", () => {
  for (const body of ["", "a", '"', "\r\n", "\u2028"])
    assert.match(weakEtag(body), /^W\/"[0-9a-f]+-[\w-]{27}"$/);
});
