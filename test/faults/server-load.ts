import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { Agent, get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { freePort, sleep, startApp, type RunningApp } from "../../packages/hauberk/test/server/harness.ts";
import { record } from "./support/report.ts";

const SLOW_CLIENTS = 1500;

interface Outcome {
  readonly status: number | string;
  readonly ms: number;
  readonly body: string;
}

function ask(port: number, path: string, agent: Agent | false = false): Promise<Outcome> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const finish = (status: number | string, body = ""): void =>
      resolve({ status, body, ms: performance.now() - startedAt });
    const read = (res: IncomingMessage): void => {
      let body = "";
      res.on("data", (chunk: Buffer) => (body += chunk.toString()));
      res.once("end", () => finish(res.statusCode ?? 0, body)).once("error", () => finish("cut"));
    };
    const headers = { Host: `localhost:${port}` };
    get({ port, path, headers, agent, timeout: 5000 }, read)
      .once("timeout", function (this: { destroy(): void }) {
        this.destroy();
      })
      .once("error", (error: NodeJS.ErrnoException) => finish(error.code ?? "error"));
  });
}

async function start(
  t: TestContext,
  listen: Record<string, unknown>,
): Promise<RunningApp & { readonly port: number }> {
  const port = await freePort();
  const wrapper = ["prlimit", "--nofile=1024:1024", "--"];
  const app = startApp(t, { listen: { port, user: "nobody", ...listen } }, { wrapper });
  await app.listening;
  return { ...app, port };
}

for (const kind of ["headers", "bodies", "reading", "silence"]) {
  test(`serves 127.0.0.1 while 127.0.0.66 is slow: ${kind}`, async (t) => {
    const { port } = await start(t, {});
    const script = join(import.meta.dirname, "support/slow-clients.ts");
    const attacker = spawn(process.execPath, [
      "--conditions=source",
      script,
      String(port),
      kind,
      String(SLOW_CLIENTS),
    ]);
    t.after(() => attacker.kill("SIGKILL"));
    let [worstMs, failed, asked] = [0, 0, 0];
    const until = performance.now() + 20_000;
    while (performance.now() < until) {
      // oxlint-disable-next-line no-await-in-loop -- one probe after the other
      const { status, ms } = await ask(port, "/");
      asked += 1;
      if (status !== 200) failed += 1;
      worstMs = Math.max(worstMs, ms);
      // oxlint-disable-next-line no-await-in-loop -- ten a second
      await sleep(100);
    }
    assert.equal(attacker.exitCode, null, "the attacker gave up");
    record(
      `${SLOW_CLIENTS} slow clients of one address (${kind}), 1,024 descriptors, 20 s`,
      `${failed} of ${asked} probes failed, slowest ${Math.round(worstMs)} ms`,
      "<= 1 s without service",
    );
    assert.equal(failed, 0);
    assert.ok(worstMs < 1000, `slowest ${worstMs} ms`);
  });
}

test("loses at most what a killed worker had in flight, 20 times, and replaces it within 2 s", async (t) => {
  const { port } = await start(t, { workers: 2 });
  const load = new AbortController();
  let [failed, asked] = [0, 0];
  const pids = new Map<string, number>();
  async function repeat(): Promise<void> {
    while (!load.signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop -- about 100 a second each
      const { status, body } = await ask(port, "/pid");
      asked += 1;
      if (status === 200) pids.set(body, performance.now());
      else failed += 1;
      // oxlint-disable-next-line no-await-in-loop -- about 100 a second each
      await sleep(8);
    }
  }
  const loads = [repeat(), repeat()];
  await sleep(500);
  let slowestMs = 0;
  for (let kill = 0; kill < 20; kill++) {
    const known = new Set(pids.keys());
    const [victim = ""] = [...pids].filter(([, at]) => performance.now() - at < 300).map(([pid]) => pid);
    const killedAt = performance.now();
    process.kill(Number(victim), "SIGKILL");
    // oxlint-disable-next-line no-await-in-loop -- until a new one answers
    while (![...pids.keys()].some((pid) => !known.has(pid)) && performance.now() - killedAt < 10_000)
      await sleep(10);
    slowestMs = Math.max(slowestMs, performance.now() - killedAt);
    // oxlint-disable-next-line no-await-in-loop -- it has to live for a second to count as well
    await sleep(1200);
  }
  load.abort();
  await Promise.all(loads);
  record(
    "20 x kill -9 of one of 2 workers under load",
    `${failed} of ${asked} requests failed, slowest replacement ${Math.round(slowestMs)} ms`,
    "<= those in flight on it; 2 s",
  );
  assert.ok(failed <= 40, `${failed} failed`);
  assert.ok(slowestMs < 5000, `${slowestMs} ms`);
});

test("fails none of 20,000 requests while all workers are replaced 10 times", async (t) => {
  const { port, child, output } = await start(t, { workers: 2 });
  const agent = new Agent({ keepAlive: true, maxSockets: 6 });
  t.after(() => agent.destroy());
  const load = new AbortController();
  const statuses = new Map<number | string, number>();
  let reloads = 0;
  async function repeat(kept: Agent | false): Promise<void> {
    while (!load.signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { status } = await ask(port, "/", kept);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  }
  const loads = [repeat(agent), repeat(agent), repeat(agent), repeat(agent), repeat(false), repeat(false)];
  const answered = (): number => [...statuses.values()].reduce((sum, count) => sum + count, 0);
  while (reloads < 10 || answered() < 20_000) {
    child.kill("SIGHUP");
    reloads += 1;
    const seen = (): number => output().match(/server\.reloaded/g)?.length ?? 0;
    const startedAt = performance.now();
    // oxlint-disable-next-line no-await-in-loop -- until it is done
    while (seen() < reloads && performance.now() - startedAt < 20_000) await sleep(20);
    assert.ok(seen() >= reloads, "the reload did not end");
  }
  load.abort();
  await Promise.all(loads);
  const failed = answered() - (statuses.get(200) ?? 0);
  record(
    `${reloads} rolling reloads of 2 workers under load`,
    `${failed} of ${answered()} requests failed`,
    "0 of >= 20,000",
  );
  assert.equal(failed, 0);
});

test("keeps the p99 of the other worker while one is blocked for 5 s", async (t) => {
  const { port } = await start(t, { workers: 2 });
  const blocked = ask(port, "/block?ms=4500");
  await sleep(100);
  const times: number[] = [];
  const until = performance.now() + 4000;
  while (performance.now() < until) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { status, ms } = await ask(port, "/");
    assert.equal(status, 200);
    times.push(ms);
    // oxlint-disable-next-line no-await-in-loop -- about 150 a second
    await sleep(5);
  }
  assert.equal((await blocked).status, 200);
  const p99 = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
  record(
    "one of 2 workers blocked for 4.5 s",
    `p99 ${Math.round(p99)} ms of ${times.length} requests`,
    "p99 < 100 ms",
  );
  // The goal is 100 ms where nobody else uses the processors.
  assert.ok(p99 < 300, `p99 ${p99} ms`);
});

test("cuts nobody of 50 in flight on SIGTERM, with and without workers", async (t) => {
  for (const listen of [{}, { workers: 2 }]) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { port, child, ended } = await start(t, listen);
    const inFlight = Array.from({ length: 50 }, () => ask(port, "/slow?ms=1500"));
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await sleep(700);
    child.kill("SIGTERM");
    const killedAt = performance.now();
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const failed = (await Promise.all(inFlight)).filter(({ status }) => status !== 200).length;
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { code } = await ended;
    const took = Math.round(performance.now() - killedAt);
    record(
      `SIGTERM under 50 in flight, ${"workers" in listen ? "2 workers" : "one process"}`,
      `${failed} reset, exit ${code} after ${took} ms`,
      "0 reset, exit 0 within 10 s",
    );
    assert.deepEqual([failed, code], [0, 0]);
  }
});
