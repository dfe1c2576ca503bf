import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import express from "express";
import { hauberk } from "../hauberk.ts";
import { memoryStore } from "../session/memory.ts";
import { preloadProblems } from "./hsts-preload.ts";

const rows: readonly [name: string, origins: readonly string[], problems: readonly RegExp[]][] = [
  ["a registered name", ["https://example.com"], []],
  ["a registered name in two parts", ["https://example.co.uk"], []],
  ["a sub-domain beside its registered name", ["https://app.example.com", "https://example.com"], []],
  ["a sub-domain alone", ["https://app.example.com"], [/takes example\.com and not app\.example\.com/]],
  ["a sub-domain of a name in two parts", ["https://app.example.co.uk"], [/takes example\.co\.uk/]],
  ["another port", ["https://example.com:8443"], [/port 8443/]],
  ["a sub-domain on another port", ["https://a.example.com:8443"], [/port 8443/, /takes example\.com/]],
  ["an address", ["https://192.0.2.7"], [/192\.0\.2\.7 is no registered name/]],
  ["an IPv6 address", ["https://[2001:db8::7]"], [/\[2001:db8::7\] is no registered name/]],
  ["a name of one word", ["https://intranet"], [/intranet is no registered name/]],
  ["nothing but http", ["http://localhost:3000"], [/never sent/]],
];
for (const [name, origins, problems] of rows) {
  test(`preload of ${name}: ${problems.length} to warn of`, () => {
    const found = preloadProblems(origins);
    assert.equal(found.length, problems.length, found.join("\n"));
    for (const [index, problem] of problems.entries()) assert.match(found[index] ?? "", problem);
  });
}

test("the operator is warned at start, and the start goes on", async () => {
  const warned = once(process, "warning") as Promise<[Error & { readonly code?: string }]>;
  hauberk(express(), {
    origins: ["https://app.example.com"],
    secrets: ["Zk3vQ8rT1mYw6xLb9nCd4hJf7pSg2aUe"],
    session: { store: memoryStore() },
    headers: { hsts: { step: "preload" } },
  });
  const [warning] = await warned;
  assert.deepEqual([warning.name, warning.code], ["HauberkWarning", "HSTS_PRELOAD_UNMET"]);
});
