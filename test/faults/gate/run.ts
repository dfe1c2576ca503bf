// `npm run test:gate [part ...]`: the long measurements of the gate, written to test/faults/results and docs/reference/gate.md.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { migratePostgresLimits } from "../../../packages/hauberk/src/limit/postgres.ts";
import { startPostgres, startRedis } from "../../../packages/hauberk/test/session/servers.ts";
import { postgresPool } from "../../../packages/hauberk/test/session/stores.ts";
import { writeResult } from "../support/result.ts";
import { breakRequests, growth } from "./broken-requests.ts";
import { abortUploads, refuseBodies } from "./hostile-bodies.ts";
import { manyKeys } from "./limiter-keys.ts";
import { guessAt, isExact, SCENARIOS, type GuessCounts } from "./login-guesses.ts";
import { writeGatePage } from "./page.ts";
import { countTables } from "./tables.ts";

const COMMAND = "npm run test:gate";
const parts = process.argv.slice(2);
const GUESSES = 10_000;

function measure(part: string, title: string, run: () => Promise<void>): void {
  void test(title, { skip: parts.length > 0 && !parts.includes(part) }, async () => {
    await run();
    writeGatePage();
  });
}

/** A place for the counts of one scenario, and how to clear it away. */
const PLACES: Readonly<Record<string, () => Promise<{ place: string; clear: () => Promise<void> }>>> = {
  sqlite: async () => {
    const folder = mkdtempSync(join(tmpdir(), "hauberk-guesses-"));
    const clear = async (): Promise<void> => Promise.resolve(rmSync(folder, { recursive: true }));
    return Promise.resolve({ place: join(folder, "limits.sqlite"), clear });
  },
  redis: async () => {
    const server = await startRedis();
    return { place: String(server.port), clear: server.stop };
  },
  postgres: async () => {
    const server = await startPostgres();
    const pool = postgresPool(server.port, 10_000);
    await migratePostgresLimits(pool);
    await pool.end();
    return { place: String(server.port), clear: server.stop };
  },
};

for (const [kind, open] of Object.entries(PLACES)) {
  measure(`login-${kind}`, `${GUESSES} guesses of each kind, counts in ${kind}`, async () => {
    const results: GuessCounts[] = [];
    for (const scenario of SCENARIOS) {
      const { place, clear } = await open();
      try {
        results.push(await guessAt(scenario, GUESSES, { kind, place }));
      } finally {
        // A server left behind would keep the run from ending.
        await clear();
      }
    }
    writeResult(`login-guesses-${kind}`, COMMAND, { store: kind, processes: 2, restarts: 1, results });
    for (const counts of results) {
      assert.ok(isExact(counts), JSON.stringify(counts));
      assert.deepEqual([counts.ownerLogsIn, counts.serverErrors], [true, 0]);
    }
  });
}

measure("tables", "tables of attacks and of honest use", async () => {
  const tables = await countTables();
  writeResult("gate-tables", COMMAND, { tables });
  for (const { title, passed, failed, goal } of tables) {
    assert.deepEqual(failed, [], title);
    assert.ok(passed >= goal, `${title}: ${passed} rows`);
  }
});

measure("uploads", "1,000 aborted uploads", async () => {
  const result = await abortUploads(1000);
  writeResult("aborted-uploads", COMMAND, result);
  assert.equal(result.orphans, 0);
  assert.ok(result.rssGrowthMb < 50 && result.heapGrowthMb < 5, JSON.stringify(result));
});

measure("bodies", "bombs and indexes of fields", async () => {
  const results = await refuseBodies(25);
  writeResult("refused-bodies", COMMAND, { results });
  for (const { title, statuses, withinMs, fastestMs } of results) {
    assert.ok(
      statuses.every((status) => status === 400 || status === 413),
      title,
    );
    assert.ok(fastestMs < withinMs, `${title}: ${fastestMs} ms`);
  }
});

measure("broken", "100,000 requests that are cut off or are none", async () => {
  const result = await breakRequests([10_000, 50_000, 100_000]);
  writeResult("broken-requests", COMMAND, result);
  // The first measurement has code in it that V8 throws away later.
  const { bytesPerRequest, resources, descriptors } = growth(result.held.slice(1));
  // A text of three words kept of each would be more.
  assert.ok(bytesPerRequest < 24, `${bytesPerRequest} bytes of heap a request`);
  assert.ok(resources <= 2 && descriptors <= 2, JSON.stringify(result.held));
  assert.ok(result.held.every(({ filesLeft }) => filesLeft === 0));
});

measure("keys", "500,000 keys of a limit", async () => {
  const result = await Promise.resolve(manyKeys(500_000));
  writeResult("limiter-keys", COMMAND, result);
  assert.equal(result.kept, result.maxKeys);
  assert.ok(result.bytesPerKey < 300, `${result.bytesPerKey} bytes`);
});
