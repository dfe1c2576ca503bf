import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { StoreCallback } from "./express-call.ts";
import { OpenReads } from "./express-reads.ts";

interface Silent {
  readonly clock: { ms: number };
  /** What the store keeps to call back. */
  readonly kept: StoreCallback[];
  readonly read: () => Promise<unknown>;
}

/** Three reads that were begun and given up, at a store that keeps what it should call. */
async function threeGivenUp(t: TestContext): Promise<Silent> {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const clock = { ms: 0 };
  const reads = new OpenReads(3, () => clock.ms);
  const kept: StoreCallback[] = [];
  const read = async (): Promise<unknown> => reads.ask((done) => void kept.push(done));
  const givenUp = Promise.allSettled([read(), read(), read()]);
  t.mock.timers.tick(5000);
  await givenUp;
  return { clock, kept, read };
}

test("asks a store no more that has not answered too many reads, but for a probe", async (t) => {
  const { kept, read } = await threeGivenUp(t);
  const probe = assert.rejects(read(), /no answer within/);
  for (let request = 0; request < 100; request++)
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await assert.rejects(read(), /has not answered 3 reads/);
  assert.equal(kept.length, 4);
  t.mock.timers.tick(5000);
  await probe;
});

test("asks again once one of the old reads is answered", async (t) => {
  const { kept, read } = await threeGivenUp(t);
  kept[0]?.(null, "late");
  await new Promise(setImmediate);
  const found = read();
  kept[3]?.(null, "in time");
  assert.equal(await found, "in time");
});

for (const [outcome, error] of [
  ["answered", null],
  ["answered with an error", new Error("WRONGTYPE")],
] as const) {
  test(`takes the old reads for lost once the probe is ${outcome}: their connection is gone`, async (t) => {
    const { clock, kept, read } = await threeGivenUp(t);
    const probe = read();
    kept[3]?.(error, "found");
    await (error === null ? probe : assert.rejects(probe, error));
    const more = [read(), read()];
    assert.equal(kept.length, 6);
    // What was taken for lost arrives after all: it makes no room twice.
    for (const done of kept.slice(0, 3)) done(null, "late");
    await new Promise(setImmediate);
    const third = read();
    clock.ms = 1000;
    const [probeAgain, refused] = [read(), read()];
    assert.equal(kept.length, 8);
    await assert.rejects(refused, /has not answered 3 reads/);
    for (const done of kept.slice(4)) done(null, "found");
    assert.deepEqual(await Promise.all([...more, third, probeAgain]), Array(4).fill("found"));
  });
}
