import assert from "node:assert/strict";
import { test } from "node:test";
import { isSessionId, keyOf, newSessionId } from "./id.ts";

const good = newSessionId();
const refused: readonly [string, string][] = [
  ["nothing", ""],
  ["one character less", good.slice(1)],
  ["one character more", `${good}A`],
  ["padding", `${good.slice(1)}=`],
  ["ordinary base64", `+/${good.slice(2)}`],
  ["a quoted id", `"${good.slice(2)}"`],
  ["a percent sign", `%41${good.slice(3)}`],
  ["a NUL", `\0${good.slice(1)}`],
  ["a line end after the id", `${good.slice(1)}\n`],
  ["a letter that is not ASCII", `\u00e4${good.slice(1)}`],
  ["a full-width letter", `\uff21${good.slice(1)}`],
  ["8 KB", "A".repeat(8192)],
];
for (const [name, value] of refused) {
  test(`does not take ${name} for an id`, () => assert.equal(isSessionId(value), false));
}

test("makes ids of 256 bits that never repeat and are accepted", () => {
  const ids = new Set(Array.from({ length: 10_000 }, newSessionId));
  assert.equal(ids.size, 10_000);
  for (const id of ids) assert.equal(isSessionId(id), true);
  assert.equal(Buffer.from(good, "base64url").length, 32);
});

test("files a session under a hash, which is no id", () => {
  assert.equal(keyOf("a"), "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
  assert.equal(isSessionId(keyOf(good)), false);
});
