import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { csrfReference } from "../../../../scripts/lib/csrf-reference.ts";
import { CSRF_ROWS, FACTS, trustOf } from "../../test/csrf-rows.ts";
import { decideFromHeaders } from "./decide.ts";

for (const { group, given, want } of CSRF_ROWS) {
  test(`${group}, ${JSON.stringify(given)}: ${want}`, () => {
    const { trusted: _trusted, allowClientsWithoutHeaders: _allow, ...facts } = given;
    const verdict = decideFromHeaders({ ...FACTS, ...facts }, trustOf(given));
    assert.equal(`${verdict.kind} ${verdict.because}`, want);
  });
}

test("has at least 150 rows, each with facts of its own, most of them not let through", () => {
  const facts = CSRF_ROWS.map(({ given }) => JSON.stringify([{ ...FACTS, ...given }, given.trusted]));
  assert.ok(new Set(facts).size >= 150, String(new Set(facts).size));
  assert.equal(new Set(facts).size, facts.length);
  assert.ok(CSRF_ROWS.filter(({ want }) => want.startsWith("refuse")).length > CSRF_ROWS.length / 2);
});

test("is documented row by row in docs/reference/csrf-table.md", () => {
  const page = new URL("../../../../docs/reference/csrf-table.md", import.meta.url);
  assert.equal(readFileSync(page, "utf8"), csrfReference(CSRF_ROWS), "run npm run docs:csrf");
});
