import assert from "node:assert/strict";
import { test } from "node:test";
import { PATIENCE } from "../support/patience.ts";
import { freePort, isListening } from "../support/free-port.ts";
import { useSkeleton } from "./support/journey.ts";
import { startSkeletonProcess } from "./support/skeleton-process.ts";

async function scrape(port: number): Promise<Map<string, number>> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  assert.equal(answer.status, 200);
  const lines = (await answer.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(" ")),
      Number(line.slice(line.lastIndexOf(" ") + 1)),
    ]),
  );
}

function requests(metrics: ReadonlyMap<string, number>): number {
  return [...metrics]
    .filter(([name]) => name.startsWith("http_request_duration_seconds_count"))
    .reduce((sum, [, count]) => sum + count, 0);
}

const HOME = 'http_request_duration_seconds_count{method="GET",route="/",status="2xx"}';

test("the metrics of all workers are one, on the loopback address alone", async (t) => {
  const port = await freePort();
  const server = await startSkeletonProcess(t, { settings: { WORKERS: "2", METRICS_PORT: String(port) } });
  assert.equal(await isListening(port, "127.0.0.2"), false);
  assert.equal((await fetch(`${server.origin}/metrics`)).status, 404);
  const before = (await scrape(port)).get(HOME) ?? 0;
  // A connection each, so that both workers get some.
  for (let sent = 0; sent < 20; sent += 1)
    await fetch(`${server.origin}/`, { headers: { connection: "close" } }).then((answer) => answer.text());
  await t.waitFor(async () => assert.equal((await scrape(port)).get(HOME), before + 20), PATIENCE);
  await useSkeleton(server.origin);

  await t.test("a worker that is killed takes nothing of what was counted with it", async () => {
    const counted = requests(await scrape(port));
    const [victim = 0] = server.workers();
    process.kill(victim, "SIGKILL");
    await t.waitFor(
      () => assert.ok(server.workers().length === 3 && !server.workers().includes(victim)),
      PATIENCE,
    );
    const after = await scrape(port);
    assert.ok(requests(after) >= counted, `${requests(after)} after ${counted}`);
    assert.equal(after.get('security_events_total{event="server.worker-replaced",code="none"}'), 1);
  });

  await t.test("a worker that stands still keeps nobody from reading them", async () => {
    const counted = requests(await scrape(port));
    const [still = 0] = server.workers();
    process.kill(still, "SIGSTOP");
    const during = await scrape(port);
    assert.ok(requests(during) >= counted);
    process.kill(still, "SIGCONT");
  });
});

test("metrics in the open are refused before anything is opened", async (t) => {
  const settings = { METRICS_PORT: String(await freePort()), METRICS_HOST: "0.0.0.0" };
  await assert.rejects(
    startSkeletonProcess(t, { settings }),
    /\[SETTING_INVALID\] METRICS_HOST is "0\.0\.0\.0"/,
  );
});

test("a port for metrics that is taken ends the start, and the port of the pages is closed again", async (t) => {
  const first = await startSkeletonProcess(t, { settings: { METRICS_PORT: String(await freePort()) } });
  const port = await freePort();
  const settings = { METRICS_PORT: String(first.port), ORIGIN: `http://localhost:${port}` };
  await assert.rejects(startSkeletonProcess(t, { port, settings }), /\[METRICS_UNAVAILABLE\]/);
  assert.equal(await isListening(port), false);
});
