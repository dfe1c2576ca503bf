// `npm run test:fuzz [requests] [seed]`: the long run of src/fuzz.test.ts, written to test/faults/results/hostile-inputs.json.
import assert from "node:assert/strict";
import { test } from "node:test";
import { writeResult } from "../../../test/faults/support/result.ts";
import { writeGatePage } from "../../../test/faults/gate/page.ts";
import { hostileRun } from "./hostile-run.ts";

const requests = Number(process.argv[2] ?? "100000");
const seed = Number(process.argv[3] ?? "20261123");

void test(`answers ${requests} generated bad requests as it should`, async (context) => {
  const counts = await hostileRun(context, { requests, seed, hangMs: 1000 });
  writeResult("hostile-inputs", "npm run test:fuzz", { seed, hangMs: 1000, ...counts });
  writeGatePage();
  const { serverErrors, unanswered, hangs, withoutHeaderSet, filesLeft } = counts;
  assert.deepEqual([serverErrors, unanswered, hangs, withoutHeaderSet, filesLeft], [0, 0, 0, 0, 0]);
});
