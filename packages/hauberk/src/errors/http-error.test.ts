import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpError } from "./http-error.ts";

test("an HttpError keeps its reason inside and its code outside", () => {
  const cause = new Error("database");
  const error = new HttpError(409, "TAKEN", {
    because: "name-exists",
    headers: { "Retry-After": "3" },
    cause,
  });
  assert.equal(error.status, 409);
  assert.equal(error.code, "TAKEN");
  assert.equal(error.because, "name-exists");
  assert.deepEqual(error.headers, { "Retry-After": "3" });
  assert.equal(error.cause, cause);
  assert.equal(error.message, "TAKEN: name-exists");
});

test("an HttpError without details has no reason and no headers", () => {
  const error = new HttpError(404, "NOT_FOUND");
  assert.equal(error.because, undefined);
  assert.deepEqual(error.headers, {});
  assert.equal(error.message, "NOT_FOUND");
});

for (const status of [200, 204, 302, 399, 600, 404.5, Number.NaN, Infinity, -404, 0]) {
  test(`refuses the status ${status}: an error must not become another kind of answer`, () => {
    assert.throws(() => new HttpError(status, "NOT_FOUND"), RangeError);
  });
}

const badHeaders: readonly [name: string, headers: Record<string, string>][] = [
  ["a line break in a header value", { "X-A": "1\r\nSet-Cookie: a=b" }],
  ["a NUL in a header value", { "X-A": "a\u0000b" }],
  ["a character beyond Latin-1 in a header value", { "X-A": "\u20ac" }],
  ["a space in a header name", { "X A": "1" }],
  ["an empty header name", { "": "1" }],
  ["a header value that is no string", { "X-A": undefined as unknown as string }],
];
for (const [name, headers] of badHeaders) {
  test(`refuses ${name} where the error is made, not where it is answered`, () => {
    assert.throws(() => new HttpError(404, "NOT_FOUND", { headers }), TypeError);
  });
}
