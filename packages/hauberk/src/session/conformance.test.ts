import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const FAULTY = fileURLToPath(new URL("../../test/session/faulty-stores.ts", import.meta.url));

test("the conformance suite finds each planted fault, and none in a store without", () => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  // One test of each suite waits a second; none of these faults is its business.
  const skipped = "--test-skip-pattern=sweeps no session that was in use";
  const run = spawnSync(process.execPath, ["--conditions=source", "--test-reporter=tap", skipped, FAULTY], {
    env,
    encoding: "utf8",
  });
  const suites = run.stdout.match(/^(?:not )?ok \d+ - session store: .*$/gm) ?? [];
  assert.equal(suites.length, 12, run.stdout + run.stderr);
  assert.deepEqual(
    suites.filter((line) => line.startsWith("ok")),
    ["ok 12 - session store: none"],
  );
});
