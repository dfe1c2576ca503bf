import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CONFIG_ERROR_CODES, HTTP_ERROR_CODES } from "../../packages/hauberk/src/internal/error-codes.ts";
import { errorsReference } from "../lib/errors-reference.ts";

test("docs/reference/errors.md is what npm run docs:errors writes", () => {
  const page = readFileSync(new URL("../../docs/reference/errors.md", import.meta.url), "utf8");
  assert.equal(page, errorsReference(CONFIG_ERROR_CODES, HTTP_ERROR_CODES));
});

test("a code is a heading, so that a link to it stays good", () => {
  const page = errorsReference(
    { SECRET_WEAK: "Too short." },
    { NOT_FOUND: { status: 404, text: "Nothing." } },
  );
  assert.match(page, /^### SECRET_WEAK\n\nToo short\.$/m);
  assert.match(page, /^### NOT_FOUND\n\n404 Not Found\. Nothing\.$/m);
});
