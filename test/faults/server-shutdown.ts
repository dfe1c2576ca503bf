import assert from "node:assert/strict";
import { Agent } from "node:http";
import { test } from "node:test";
import { start } from "./support/app.ts";
import { ask, pause, until } from "./support/ask.ts";
import { record } from "./support/report.ts";

for (const [name, listen] of [
  ["one process", {}],
  ["2 workers", { workers: 2 }],
] as const) {
  test(`cuts nobody of 50 in flight on SIGTERM: ${name}`, async (t) => {
    const { port, child, ended } = await start(t, listen);
    const inFlight = Array.from({ length: 50 }, () => ask({ port, path: "/slow?ms=2500" }));
    await pause(1500);
    child.kill("SIGTERM");
    const killedAt = performance.now();
    const failed = (await Promise.all(inFlight)).filter(({ status }) => status !== 200).length;
    const { code } = await ended;
    const took = Math.round(performance.now() - killedAt);
    record(
      `SIGTERM under 50 in flight: ${name}`,
      `${failed} reset, exit ${code} after ${took} ms`,
      "0 resets, exit 0 in <= 10 s",
    );
    assert.deepEqual([failed, code], [0, 0]);
    assert.ok(took <= 10_000);
  });
}

test("fails none of 20,000 requests while all workers are replaced 10 times", async (t) => {
  const { port, child, output } = await start(t, { workers: 2 });
  const agent = new Agent({ keepAlive: true, maxSockets: 6 });
  t.after(() => agent.destroy());
  const load = new AbortController();
  const statuses = new Map<number | string, number>();
  const count = (): number => [...statuses.values()].reduce((sum, each) => sum + each, 0);
  async function repeat(kept?: Agent): Promise<void> {
    while (!load.signal.aborted) {
      const { status } = await ask({ port, path: "/", ...(kept && { agent: kept }) });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  }
  const loads = [repeat(agent), repeat(agent), repeat(agent), repeat(agent), repeat(), repeat()];
  let reloads = 0;
  while (reloads < 10 || count() < 20_000) {
    child.kill("SIGHUP");
    reloads += 1;
    await until(() => (output().match(/server\.reloaded/g)?.length ?? 0) >= reloads, 60_000);
  }
  load.abort();
  await Promise.all(loads);
  const failed = count() - (statuses.get(200) ?? 0);
  record(
    "10 or more rolling reloads of 2 workers under load",
    `${failed} of ${count()} requests failed in ${reloads} reloads`,
    "0 of >= 20,000",
  );
  assert.deepEqual([...statuses.keys()], [200]);
});
