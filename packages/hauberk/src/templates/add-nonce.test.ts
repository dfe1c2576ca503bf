import assert from "node:assert/strict";
import { test } from "node:test";
import { addNonce } from "./add-nonce.ts";

const rows: readonly [name: string, text: string, want: string][] = [
  ["a script", "<script>", "<script N>"],
  ["a style in capitals", "<STYLE>", "<STYLE N>"],
  ["a script file", '<script src="/a.js" defer>', '<script N src="/a.js" defer>'],
  ["a self-closing one", "<script/>", "<script N/>"],
  [
    "an attribute with an end in it",
    `<script data-a="x>y" data-b='>'>`,
    `<script N data-a="x>y" data-b='>'>`,
  ],
  ["a line break before the attributes", "<script\n async>", "<script N\n async>"],
  ["one with a nonce", '<script nonce="abc">', '<script nonce="abc">'],
  ["one with a nonce in capitals and without quotes", "<style NONCE=abc>", "<style NONCE=abc>"],
  ["one with a data-nonce, which is none", '<script data-nonce="x">', '<script N data-nonce="x">'],
  ["another element", "<scripture><styled-box>", "<scripture><styled-box>"],
  ["an end", "</script>", "</script>"],
  ["a tag that never ends", "<script src='a", "<script src='a"],
];
for (const [name, text, want] of rows) {
  test(`adds the nonce to ${name}, or leaves it`, () => assert.equal(addNonce(text, "N"), want));
}
