import assert from "node:assert/strict";
import { test } from "node:test";
import { abortUploads, refuseBodies } from "./gate/hostile-bodies.ts";

// 1,000 aborted uploads and the times: `npm run test:gate`.
test("leaves no file of 60 aborted uploads", async () => {
  const { orphans, rssGrowthMb } = await abortUploads(60);
  assert.equal(orphans, 0);
  assert.ok(rssGrowthMb < 50, `${rssGrowthMb} MB`);
});

test("refuses bombs and large indexes of fields before they cost anything", async () => {
  for (const { title, statuses, fastestMs } of await refuseBodies(3)) {
    assert.deepEqual(statuses, [title.startsWith("64 MiB") ? 413 : 400], title);
    // The goals are for a machine with nothing else to do.
    assert.ok(fastestMs < 500, `${title}: ${fastestMs} ms`);
  }
});
