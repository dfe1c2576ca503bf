import assert from "node:assert/strict";
import { test } from "node:test";
import { serveProtected } from "../../test/served.ts";
import { htmlFor } from "./html.ts";

// Not called html: a formatter would change the white space of the literals.
const page = htmlFor({ locals: { cspNonce: "N0NCE" } as never });
const evil = `"><script>alert(1)</script>`;

const rows: readonly [name: string, markup: unknown, want: string][] = [
  ["escapes a value", page`<p>${evil}</p>`, "<p>&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;</p>"],
  ["escapes a value in an attribute", page`<a title='${"'x&"}'>`, "<a title='&#39;x&amp;'>"],
  [
    "puts markup into markup",
    page`<ul>${[1, 2].map((each) => page`<li>${each}</li>`)}</ul>`,
    "<ul><li>1</li><li>2</li></ul>",
  ],
  ["leaves out what is not there", page`a${undefined}b${null}c${false}d`, "abcd"],
  ["writes 0", page`${0}`, "0"],
  [
    "gives a script the nonce",
    page`<script src="${"/a.js"}"></script>`,
    '<script nonce="N0NCE" src="/a.js"></script>',
  ],
  ["gives a style the nonce", page`<style>a{}</style>`, '<style nonce="N0NCE">a{}</style>'],
  [
    "does not trust a script that comes from a value",
    page`<div>${"<script>"}</div>`,
    "<div>&lt;script&gt;</div>",
  ],
  [
    "takes a value after a script",
    page`<script>a()</script>${"<b>"}`,
    '<script nonce="N0NCE">a()</script>&lt;b&gt;',
  ],
  [
    "does not take what looks like its own marks from a value",
    page`<p>${"\u0000nonce\u0000"}</p>`,
    "<p>\u0000nonce\u0000</p>",
  ],
  [
    "writes an object as escaped JSON",
    page`<p data-a="${{ a: '"<' }}">`,
    '<p data-a="{&quot;a&quot;:&quot;\\&quot;&lt;&quot;}">',
  ],
];
for (const [name, markup, want] of rows) {
  test(name, () => assert.equal(String(markup), want));
}

const refused: readonly [name: string, make: () => unknown, message: RegExp][] = [
  ["inside a script", () => page`<script>const a = "${evil}";</script>`, /inside a <script>/],
  ["inside a style", () => page`<style>a { color: ${evil} }</style>`, /inside a <style>/],
  ["inside a script with attributes", () => page`<script data-a=">" async>${evil}</script>`, /<script>/],
  ["as an attribute without quotes", () => page`<a href=${evil}>`, /without quotes/],
  ["as an attribute without quotes after a space", () => page`<a href= ${evil}>`, /without quotes/],
];
for (const [name, make, message] of refused) {
  test(`refuses a value ${name}`, () => {
    assert.throws(make, (error: unknown) => error instanceof TypeError && message.test(error.message));
  });
}

test("asks for the nonce only where there is a script, so that other pages may be cached", async (context) => {
  const { ask } = await serveProtected(context, (app) => {
    app.get("/plain", (_req, res) => {
      res.set("Cache-Control", "public, max-age=60").send(String(htmlFor(res)`<p>plain</p>`));
    });
    app.get("/script", (_req, res) => void res.send(String(htmlFor(res)`<script>a()</script>`)));
  });
  assert.equal((await ask({ path: "/plain" })).headers["cache-control"], "public, max-age=60");
  const { body, headers } = await ask({ path: "/script" });
  const nonce = /nonce="([\w-]{24})"/.exec(body)?.[1] ?? "";
  assert.ok(headers["content-security-policy"]?.includes(`'nonce-${nonce}'`));
});
