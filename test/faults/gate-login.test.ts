import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { guessAt, isExact, SCENARIOS } from "./gate/login-guesses.ts";

// 10,000 guesses of each kind, on three stores: `npm run test:gate`.
for (const scenario of SCENARIOS) {
  test(`checks as many passwords as documented in 240 guesses at ${scenario.name}, two processes and a kill`, async (context) => {
    const folder = mkdtempSync(join(tmpdir(), "hauberk-guesses-"));
    context.after(() => rmSync(folder, { recursive: true }));
    const counts = await guessAt(scenario, 240, { kind: "sqlite", place: join(folder, "limits.sqlite") });
    assert.ok(isExact(counts), JSON.stringify(counts));
    assert.equal(counts.ownerLogsIn, true);
    assert.equal(counts.serverErrors, 0);
  });
}
