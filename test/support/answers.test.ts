import assert from "node:assert/strict";
import { test } from "node:test";
import { readAnswers } from "./answers.ts";

const rows: readonly [name: string, bytes: string, bodies: readonly string[], rest: string][] = [
  ["reads an answer with a length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", ["hi"], ""],
  [
    "reads an answer in chunks",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    ["hi"],
    "",
  ],
  ["reads two answers", "HTTP/1.1 304 A\r\n\r\nHTTP/1.1 400 B\r\nContent-Length: 0\r\n\r\n", ["", ""], ""],
  [
    "waits for the rest of a body",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi",
    [],
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi",
  ],
  ["keeps bytes that are no answer", "HTTP/1.1 204 A\r\n\r\nleaked", [""], "leaked"],
  ["keeps an answer of another protocol", "SSH-2.0-x\r\n\r\n", [], "SSH-2.0-x\r\n\r\n"],
];

for (const [name, bytes, bodies, rest] of rows) {
  test(name, () => {
    const read = readAnswers(bytes);
    assert.deepEqual(
      read.answers.map(({ body }) => body),
      bodies,
    );
    assert.equal(read.rest, rest);
  });
}

test("keeps a header that was sent twice as two values", () => {
  const [answer] = readAnswers("HTTP/1.1 204 A\r\nSet-Cookie: a\r\nset-cookie: b\r\n\r\n").answers;
  assert.deepEqual(answer?.headers.get("set-cookie"), ["a", "b"]);
});
