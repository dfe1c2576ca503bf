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
