import assert from "node:assert/strict";
import { Socket } from "node:net";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
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

for (const [title, textOf] of [
  ["the header it was cut out of", (header: string) => header.slice(-14)],
  ["a header that is no address at all", (header: string) => header],
] as const) {
  test(`keeps of an address in a forwarding header not ${title}`, () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const echo = remember((text) => text.trim());
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let at = 100; at < 900; at += 1) {
      // As a header arrives: one text, and not put together from two.
      const header = Buffer.from(`${"9".repeat(14_000)}, 198.51.100.${at}`).toString("latin1");
      echo(textOf(header));
    }
    collect();
    const bytes = (process.memoryUsage().heapUsed - before) / 800;
    assert.ok(bytes < 1000, `${bytes} bytes an address`);
    echo("kept alive");
  });
}

test("keeps of a connection's cookie not the header it stands in", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const echo = rememberForConnection((text) => text.length);
  const sockets = Array.from({ length: 500 }, () => new Socket());
  collect();
  const before = process.memoryUsage().heapUsed;
  for (const [at, socket] of sockets.entries()) {
    const header = Buffer.from(`a=${"9".repeat(14_000)}; sid=${"s".repeat(40)}${at}`).toString("latin1");
    echo(socket, header.slice(-43));
  }
  collect();
  const bytes = (process.memoryUsage().heapUsed - before) / sockets.length;
  assert.ok(bytes < 1000, `${bytes} bytes a connection`);
  assert.equal(echo(sockets[0] ?? new Socket(), "sid"), 3);
});
