import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyError } from "./classify.ts";
import { HttpError } from "./http-error.ts";

const exposing = (status: unknown, expose: unknown = true): Error =>
  Object.assign(new Error("secret"), { status, expose });

const throwing = new Proxy(
  {},
  {
    get: () => {
      throw new Error("trap");
    },
    getPrototypeOf: () => {
      throw new Error("trap");
    },
    has: () => {
      throw new Error("trap");
    },
  },
);

const rows: readonly [name: string, thrown: unknown, status: number, code: string][] = [
  ["an HttpError keeps status and code", new HttpError(409, "TAKEN"), 409, "TAKEN"],
  ["an HttpError of 503 keeps its status", new HttpError(503, "BUSY"), 503, "BUSY"],
  ["a path that cannot be decoded is the client's fault", new URIError("/%zz"), 400, "PARAMETER_INVALID"],
  ["an exposing 413 keeps its status", exposing(413), 413, "HTTP_413"],
  ["an exposing 404 has the code of every 404", exposing(404), 404, "NOT_FOUND"],
  ["an exposing 499 is the last one kept", exposing(499), 499, "HTTP_499"],
  [
    "an error without expose is a 500, whatever its status",
    Object.assign(new Error("x"), { status: 404 }),
    500,
    "INTERNAL_ERROR",
  ],
  ["an error that says expose: false is a 500", exposing(404, false), 500, "INTERNAL_ERROR"],
  ["expose must be true, not something like it", exposing(404, "true"), 500, "INTERNAL_ERROR"],
  ["an exposing 200 is a 500", exposing(200), 500, "INTERNAL_ERROR"],
  ["an exposing 302 is a 500", exposing(302), 500, "INTERNAL_ERROR"],
  ["an exposing 399 is a 500", exposing(399), 500, "INTERNAL_ERROR"],
  ["an exposing 500 is told as any other", exposing(500), 500, "INTERNAL_ERROR"],
  ["a status in a string is not one", exposing("404"), 500, "INTERNAL_ERROR"],
  ["a status of NaN is not one", exposing(Number.NaN), 500, "INTERNAL_ERROR"],
  ["a status with a fraction is not one", exposing(404.5), 500, "INTERNAL_ERROR"],
  [
    "a statusCode alone is not ours to show",
    Object.assign(new Error("x"), { statusCode: 404 }),
    500,
    "INTERNAL_ERROR",
  ],
  ["a string is a 500", "boom", 500, "INTERNAL_ERROR"],
  ["a number is a 500, even one that looks like a status", 404, 500, "INTERNAL_ERROR"],
  ["undefined is a 500", undefined, 500, "INTERNAL_ERROR"],
  ["null is a 500", null, 500, "INTERNAL_ERROR"],
  ["a symbol is a 500", Symbol("x"), 500, "INTERNAL_ERROR"],
  ["a frozen object is a 500", Object.freeze({ status: 404 }), 500, "INTERNAL_ERROR"],
  ["an object without a prototype is a 500", Object.create(null), 500, "INTERNAL_ERROR"],
  ["a function is a 500", () => 404, 500, "INTERNAL_ERROR"],
  ["a Proxy whose traps throw is a 500", throwing, 500, "INTERNAL_ERROR"],
  [
    "an error whose getters throw is a 500",
    Object.defineProperty(new Error("x"), "expose", {
      get() {
        throw new Error("getter");
      },
    }),
    500,
    "INTERNAL_ERROR",
  ],
];

for (const [name, thrown, status, code] of rows) {
  test(name, () => {
    const facts = classifyError(thrown);
    assert.deepEqual([facts.status, facts.code], [status, code]);
  });
}

test("only an HttpError brings headers of its own", () => {
  const headers = { Allow: "GET" };
  assert.deepEqual(classifyError(new HttpError(405, "METHOD_NOT_ALLOWED", { headers })).headers, headers);
  assert.deepEqual(classifyError(Object.assign(exposing(404), { headers })).headers, {});
});
