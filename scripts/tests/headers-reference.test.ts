import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { headersReference } from "../lib/headers-reference.ts";

test("docs/reference/headers.md is what npm run docs:headers writes: every header that is sent, with its reason", () => {
  const page = readFileSync(new URL("../../docs/reference/headers.md", import.meta.url), "utf8");
  assert.equal(page, headersReference());
});
