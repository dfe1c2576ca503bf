import assert from "node:assert/strict";
import { test } from "node:test";
import { AnswerReader } from "./answers.ts";

const WHOLE = "HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 5\r\n\r\nhello";

test("reads an answer that arrives one byte at a time", () => {
  const reader = new AnswerReader();
  const seen = [...Buffer.from(WHOLE)].map((byte) => reader.push(Buffer.of(byte)));
  assert.equal(seen.at(-1)?.body.toString(), "hello");
  assert.ok(seen.slice(0, -1).every((answer) => answer === undefined));
});

test("starts afresh for the next answer on the same connection", () => {
  const reader = new AnswerReader();
  assert.equal(reader.push(Buffer.from(WHOLE))?.status, 200);
  assert.equal(reader.push(Buffer.from(WHOLE.replace("200", "503")))?.status, 503);
});

test("refuses an answer whose end it cannot know", () => {
  const reader = new AnswerReader();
  const chunked = Buffer.from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  assert.throws(() => reader.push(chunked), /without Content-Length/);
});
