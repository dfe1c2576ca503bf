import assert from "node:assert/strict";
import { test } from "node:test";
import { start, workersSeen } from "./support/app.ts";
import { ask, pause, percentile, until, type Outcome } from "./support/ask.ts";
import { record } from "./support/report.ts";

const KILLS = 20;
const GOAL_MS = 2000;

interface Timed extends Outcome {
  readonly at: number;
}

/** So many requests a second, however long each takes, until the signal. */
function load(
  port: number,
  perSecond: number,
  signal: AbortSignal,
  seen: (outcome: Timed) => void,
): Promise<unknown> {
  const pending: Promise<void>[] = [];
  return new Promise((resolve) => {
    let sent = 0;
    const startedAt = performance.now();
    const timer = setInterval(() => {
      if (signal.aborted) {
        clearInterval(timer);
        resolve(Promise.all(pending));
        return;
      }
      for (const due = ((performance.now() - startedAt) * perSecond) / 1000; sent < due; sent++) {
        const at = performance.now();
        pending.push(ask({ port, path: "/pid" }).then((outcome) => seen({ ...outcome, at })));
      }
    }, 5);
  });
}

/** Those that answered a moment ago. */
function workersThatAnswered(answeredAt: ReadonlyMap<string, number>): readonly string[] {
  return [...answeredAt].filter(([, at]) => performance.now() - at < 400).map(([pid]) => pid);
}

test("loses at most what a killed worker had in flight, 20 times at 200 requests a second, and replaces it in 2 s", async (t) => {
  const app = await start(t, { workers: 2 });
  const stop = new AbortController();
  const answeredAt = new Map<string, number>();
  const outcomes: Timed[] = [];
  const loading = load(app.port, 200, stop.signal, (outcome) => {
    outcomes.push(outcome);
    if (outcome.status === 200) answeredAt.set(outcome.body, performance.now());
  });
  const [kills, replacedMs]: [number[], number[]] = [[], []];
  for (let kill = 0; kill < KILLS; kill++) {
    // The reserve of the last kill is complete again.
    await until(() => workersSeen(app).length >= 3 + kill, 60_000);
    await pause(500);
    const living = (): readonly string[] => workersThatAnswered(answeredAt);
    // Without one, on a busy machine, "" would be process 0: everybody in the group of this test.
    await until(() => living().length > 0, 20_000);
    const known = new Set(answeredAt.keys());
    const victim = Number(living()[0]);
    assert.ok(victim > 1, `worker ${victim}`);
    kills.push(performance.now());
    process.kill(victim, "SIGKILL");
    replacedMs.push(await until(() => [...answeredAt.keys()].some((pid) => !known.has(pid)), 20_000));
  }
  stop.abort();
  await loading;
  const failed = outcomes.filter(({ status }) => status !== 200);
  const unrelated = failed.filter(({ at, ms }) => !kills.some((kill) => at <= kill && kill <= at + ms));
  const slowest = Math.max(...replacedMs);
  record(
    `${KILLS} x SIGKILL of one of 2 workers at 200 requests/s`,
    `${failed.length} of ${outcomes.length} failed, ${unrelated.length} of them not in flight at a kill; replaced in ${Math.round(percentile(replacedMs, 50))} ms, slowest ${Math.round(slowest)} ms`,
    "only what was in flight on it; replacement <= 2 s",
  );
  assert.deepEqual(unrelated, []);
  assert.ok(slowest <= GOAL_MS, `${slowest} ms`);
});

test("keeps the p99 of the other worker while one is blocked for 5 s", async (t) => {
  const { port } = await start(t, { workers: 2 });
  const before = await timesFor(port, 3000);
  const blocked = ask({ port, path: "/block?ms=5000", timeoutMs: 60_000 });
  await pause(100);
  const during = await timesFor(port, 4500);
  assert.equal((await blocked).status, 200);
  const [calm, p99] = [percentile(before, 99), percentile(during, 99)];
  record(
    "one of 2 workers blocked for 5 s",
    `p99 ${Math.round(p99)} ms of ${during.length} requests (before: ${Math.round(calm)} ms of ${before.length})`,
    "p99 < 100 ms",
  );
  // On a machine that is busy with other things a request is slow without a blocked worker, too.
  assert.ok(p99 < Math.max(100, 2 * calm), `p99 ${p99} ms, before ${calm} ms`);
});

async function timesFor(port: number, ms: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const outcome = await ask({ port, path: "/" });
    assert.equal(outcome.status, 200);
    times.push(outcome.ms);
    await pause(5);
  }
  return times;
}
