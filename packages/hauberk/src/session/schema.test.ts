import assert from "node:assert/strict";
import { test } from "node:test";
import { validateData, type SessionSchema } from "./schema.ts";

function schema(validate: (value: unknown) => unknown): SessionSchema {
  return { "~standard": { version: 1, validate } };
}

test("takes the data as it is without a schema", () => {
  assert.deepEqual(validateData({ a: 1 }, undefined), { a: 1 });
});

test("takes the schema's version of the data", () => {
  assert.deepEqual(
    validateData(
      { a: "1" },
      schema(() => ({ value: { a: 1 } })),
    ),
    { a: 1 },
  );
});

const refused: readonly [string, unknown][] = [
  ["issues", { issues: [{ message: "no" }] }],
  ["no issue named, but a failure", { issues: [] }],
  ["no value", {}],
  ["nothing", undefined],
  ["null", null],
  ["a value that is no object", { value: "text" }],
  ["a list", { value: [] }],
];
for (const [name, result] of refused) {
  test(`refuses data the schema answers with ${name}`, () => {
    assert.equal(
      validateData(
        { a: 1 },
        schema(() => result),
      ),
      undefined,
    );
  });
}

test("refuses to wait for an asynchronous schema", () => {
  assert.throws(
    () =>
      validateData(
        {},
        schema(async () => Promise.resolve({ value: {} })),
      ),
    TypeError,
  );
});

test("refuses data that makes the schema throw: a transform that met data of before it", () => {
  const throwing = schema((value) => ({ value: { n: (value as { cart: string }).cart.length } }));
  assert.deepEqual(validateData({ cart: "ab" }, throwing), { n: 2 });
  assert.equal(validateData({ a: 1 }, throwing), undefined);
});

test("an asynchronous schema that rejects later does not end the process", async () => {
  const rejected: unknown[] = [];
  const note = (reason: unknown): void => void rejected.push(reason);
  process.on("unhandledRejection", note);
  const later = schema(async () => Promise.reject(new Error("no database")));
  assert.throws(() => validateData({}, later), TypeError);
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off("unhandledRejection", note);
  assert.deepEqual(rejected, []);
});

test("refuses to wait for a schema's promise of another kind", () => {
  assert.throws(
    () =>
      validateData(
        {},
        schema(() => Object.fromEntries([["then", () => 1] as const])),
      ),
    TypeError,
  );
});
