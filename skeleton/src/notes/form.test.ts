import assert from "node:assert/strict";
import { test } from "node:test";
import { parseForm } from "../web/forms.ts";
import { MAX_BODY_LENGTH, MAX_TITLE_LENGTH, NOTE_FIELDS, noteForm } from "./form.ts";

const GOOD = { title: "Shopping", body: "Bread" };

const REFUSED: readonly [name: string, body: unknown, field: string][] = [
  ["no body at all", undefined, "title"],
  ["null", null, "title"],
  ["a text instead of a form", "title=x", "title"],
  ["a list instead of a form", [GOOD], "title"],
  ["an empty form", {}, "title"],
  ["an empty title", { ...GOOD, title: "" }, "title"],
  ["a title of spaces", { ...GOOD, title: " \u00a0\u2003 " }, "title"],
  ["a list of titles", { ...GOOD, title: ["a", "b"] }, "title"],
  ["an object as title", { ...GOOD, title: { $ne: "" } }, "title"],
  ["an object that pretends to be a text", { ...GOOD, title: { length: 1, toString: "x" } }, "title"],
  ["a number as title", { ...GOOD, title: 7 }, "title"],
  ["a true title", { ...GOOD, title: true }, "title"],
  ["a title one character too long", { ...GOOD, title: "x".repeat(MAX_TITLE_LENGTH + 1) }, "title"],
  ["a title of a megabyte", { ...GOOD, title: "x".repeat(1_000_000) }, "title"],
  ["a title of two lines", { ...GOOD, title: "one\ntwo" }, "title"],
  ["a title with NUL", { ...GOOD, title: "one\u0000two" }, "title"],
  ["a title with an escape sequence", { ...GOOD, title: "\u001b[31mred" }, "title"],
  ["half an emoji in the title", { ...GOOD, title: "x\ud83d" }, "title"],
  ["no text", { title: "x" }, "body"],
  ["a list as text", { ...GOOD, body: ["x"] }, "body"],
  ["text one character too long", { ...GOOD, body: "x".repeat(MAX_BODY_LENGTH + 1) }, "body"],
  ["text with NUL", { ...GOOD, body: "\u0000" }, "body"],
  ["text with a lone carriage return", { ...GOOD, body: "a\rb" }, "body"],
  ["half an emoji in the text", { ...GOOD, body: "\udd12" }, "body"],
  ["a version that is no number", { ...GOOD, version: "one" }, "version"],
  ["a negative version", { ...GOOD, version: "-1" }, "version"],
  ["a version in exponent form", { ...GOOD, version: "1e3" }, "version"],
  ["a huge version", { ...GOOD, version: "9".repeat(30) }, "version"],
  ["a list of versions", { ...GOOD, version: ["1"] }, "version"],
];

for (const [name, body, field] of REFUSED) {
  test(`refuses ${name}, beside the field`, () => {
    const result = parseForm(noteForm, NOTE_FIELDS, body);
    assert.ok(!result.ok);
    assert.ok(field in result.form.errors, JSON.stringify(result.form.errors));
    for (const value of Object.values(result.form.values)) assert.equal(typeof value, "string");
  });
}

test("keeps what was entered when it refuses", () => {
  const result = parseForm(noteForm, NOTE_FIELDS, { title: "", body: "<b>kept</b>" });
  assert.ok(!result.ok);
  assert.equal(result.form.values["body"], "<b>kept</b>");
});

test("accepts markup, emoji, right-to-left text and an empty body as they are", () => {
  for (const title of ["<script>alert(1)</script>", "🛡️", "שלום", "'; drop table notes; --"]) {
    const result = parseForm(noteForm, NOTE_FIELDS, { title, body: "" });
    assert.deepEqual(result, { ok: true, data: { title, body: "", version: undefined } });
  }
});

test("stores line breaks as line feeds and ignores fields it does not know", () => {
  const result = parseForm(noteForm, NOTE_FIELDS, {
    ...GOOD,
    body: "a\r\n\r\nb\r\n",
    owner_id: "someone",
    id: "x",
  });
  assert.deepEqual(result, { ok: true, data: { title: "Shopping", body: "a\n\nb", version: undefined } });
});
