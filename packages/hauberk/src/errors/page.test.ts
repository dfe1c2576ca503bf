import assert from "node:assert/strict";
import { test } from "node:test";
import { neutralPage, problemJson, titleOf, wantsHtml } from "./page.ts";

const accepts: readonly [name: string, accept: string | undefined, html: boolean][] = [
  [
    "a browser's navigation gets the page",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    true,
  ],
  ["upper case is the same type", "TEXT/HTML", true],
  ["a parameter does not hide the type", "text/html;level=1", true],
  ["a page preferred to JSON is sent", "application/json;q=0.5, text/html", true],
  ["nothing asked gets JSON", undefined, false],
  ["an empty Accept gets JSON", "", false],
  ["curl gets JSON", "*/*", false],
  ["fetch asking for JSON gets it", "application/json", false],
  ["text of any kind is not a page", "text/*", false],
  ["a type that only contains the name is not it", "application/x-text/html-like", false],
  ["a type that only starts with the name is not it", "text/html5", false],
  ["a page that is refused by q=0 is not sent", "text/html;q=0, application/json", false],
  ["a page refused with decimals is not sent", "text/html; q=0.000", false],
  ["JSON preferred to a page is sent", "text/html;q=0.1, application/json", false],
  ["problem+json preferred to a page is sent", "text/html;q=0.1, application/problem+json;q=0.9", false],
  ["a weight that is no number counts as none", "text/html;q=x", false],
  ["a header full of commas is read without harm", ",".repeat(16_000), false],
];
for (const [name, accept, html] of accepts) {
  test(name, () => assert.equal(wantsHtml(accept), html));
}

const facts = { status: 404, code: "NOT_FOUND", title: "Not Found", requestId: "abc" };

test("the neutral page consists of status, title, request id and nonce", () => {
  const page = neutralPage(facts, "n0nce");
  assert.match(page, /<title>404 Not Found<\/title>/);
  assert.match(page, /<style nonce="n0nce">/);
  assert.match(page, /Request abc/);
  assert.doesNotMatch(page, /<script/);
});

test("the JSON form is RFC 9457 with the code beside it", () => {
  assert.deepEqual(JSON.parse(problemJson(facts)), { type: "about:blank", ...facts });
});

test("a status without a standard phrase is called an error", () => {
  assert.equal(titleOf(499), "Error");
  assert.equal(titleOf(404), "Not Found");
});
