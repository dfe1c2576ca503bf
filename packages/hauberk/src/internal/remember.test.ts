import assert from "node:assert/strict";
import { Socket } from "node:net";
import { test } from "node:test";
import { remember, rememberForConnection } from "./remember.ts";

test("asks the function once for a text it remembers", () => {
  let calls = 0;
  const length = remember((text) => ((calls += 1), text.length));
  assert.deepEqual([length("abc"), length("abc"), length("ab")], [3, 3, 2]);
  assert.equal(calls, 2);
});

test("forgets all rather than growing with invented texts", () => {
  let calls = 0;
  const echo = remember((text) => ((calls += 1), text), 3);
  for (const text of ["a", "b", "c", "d", "a"]) assert.equal(echo(text), text);
  assert.equal(calls, 5);
});

test("never gives one connection's answer for another text of the same connection", () => {
  const upper = rememberForConnection((text) => text.toUpperCase());
  const socket = new Socket();
  assert.deepEqual([upper(socket, "a"), upper(socket, "b"), upper(socket, "a")], ["A", "B", "A"]);
});

test("shares nothing between connections", () => {
  let calls = 0;
  const count = rememberForConnection(() => (calls += 1));
  assert.deepEqual([count(new Socket(), "a"), count(new Socket(), "a")], [1, 2]);
});
