import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent, get, type IncomingMessage } from "node:http";
import { test, type TestContext } from "node:test";
import { dial, isClosed, sleep, startApp, type RunningApp } from "../../test/server/harness.ts";
import { freePort } from "../../../../test/support/free-port.ts";
import { reportCollector } from "../headers/reports/collector.ts";
import { assertStateShared } from "./shared-state.ts";
import { decideAfterDeath, decideFate, parseWorkers, pickWorker, type DeathFacts } from "./worker-policy.ts";

const deaths: readonly [name: string, facts: DeathFacts, want: string][] = [
  [
    "replaces a worker at once that had served",
    { servedMs: 60_000, youngDeaths: 0, others: 0 },
    "replace 0 0",
  ],
  [
    "forgets young deaths once a worker had served",
    { servedMs: 1000, youngDeaths: 5, others: 0 },
    "replace 0 0",
  ],
  [
    "waits before it replaces one that died young",
    { servedMs: 999, youngDeaths: 0, others: 0 },
    "replace 200 1",
  ],
  [
    "counts one that never got ready as young",
    { servedMs: undefined, youngDeaths: 0, others: 0 },
    "replace 200 1",
  ],
  ["doubles the pause", { servedMs: undefined, youngDeaths: 3, others: 0 }, "replace 1600 4"],
  ["gives up after six in a row", { servedMs: undefined, youngDeaths: 5, others: 0 }, "give-up"],
  [
    "gives up when the count is not a number",
    { servedMs: undefined, youngDeaths: Number.NaN, others: 0 },
    "give-up",
  ],
  [
    "does not give up while another one serves, but waits long",
    { servedMs: undefined, youngDeaths: 5, others: 1 },
    "replace 30000 6",
  ],
  [
    "gives up when the number of others is not a number",
    { servedMs: undefined, youngDeaths: 5, others: Number.NaN },
    "give-up",
  ],
  [
    "counts a time that is not a number as young",
    { servedMs: Number.NaN, youngDeaths: 5, others: 0 },
    "give-up",
  ],
];
for (const [name, facts, want] of deaths) {
  test(name, () => {
    const next = decideAfterDeath(facts);
    assert.equal(next.kind === "give-up" ? "give-up" : `replace ${next.afterMs} ${next.youngDeaths}`, want);
  });
}

const policy = { count: 2, spare: 1, maxRssBytes: 100, maxSilenceMs: 1000 };
const fates: readonly [name: string, rssBytes: number, silentMs: number, want: string][] = [
  ["keeps a worker within its limits", 100, 1000, "keep"],
  ["replaces a worker that has grown", 101, 0, "replace"],
  ["replaces a worker whose memory is not a number", Number.NaN, 0, "replace"],
  ["kills a worker that is silent", 0, 1001, "kill"],
  ["kills a worker that is silent and has grown", 101, 1001, "kill"],
  ["kills a worker whose silence is not a number", 0, Number.NaN, "kill"],
];
for (const [name, rssBytes, silentMs, want] of fates) {
  test(name, () => assert.equal(decideFate({ rssBytes, silentMs }, policy), want));
}

test("gives a connection to the worker that takes them, then to the one with the fewest", () => {
  const stuck = { stale: true, untaken: 0, open: 0, heardAtMs: 9 };
  const busy = { stale: false, untaken: 1, open: 0, heardAtMs: 9 };
  const many = { stale: false, untaken: 0, open: 9, heardAtMs: 9 };
  const [few, lately] = [
    { stale: false, untaken: 0, open: 3, heardAtMs: 3 },
    { stale: false, untaken: 0, open: 3, heardAtMs: 4 },
  ];
  assert.equal(pickWorker([few, lately]), lately);
  assert.equal(pickWorker([busy, many, few, lately]), lately);
  assert.equal(pickWorker([busy, many]), many);
  assert.equal(pickWorker([stuck, busy]), busy);
  assert.equal(pickWorker([stuck]), stuck);
  assert.equal(pickWorker([]), undefined);
});

for (const workers of [0, -1, 1.5, "two", "AUTO", Infinity, 1000, null]) {
  test(`refuses workers: ${JSON.stringify(workers)} (${typeof workers})`, () => {
    assert.throws(() => parseWorkers({ workers }, "listen()"), /OPTION_RANGE/);
  });
}

interface Outcome {
  readonly status: number | string;
  readonly body: string;
}

function ask(port: number, path: string, agent?: Agent, cookie?: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const read = (res: IncomingMessage): void => {
      let body = "";
      res.on("data", (chunk: Buffer) => (body += chunk.toString()));
      res.once("end", () => resolve({ status: res.statusCode ?? 0, body }));
    };
    const headers = { Host: `localhost:${port}`, ...(cookie !== undefined && { Cookie: cookie }) };
    get({ port, path, headers, agent: agent ?? false }, read).once("error", (error: NodeJS.ErrnoException) =>
      resolve({ status: error.code ?? "error", body: "" }),
    );
  });
}

async function startWorkers(
  t: TestContext,
  listen: Record<string, unknown> = {},
  more: { readonly limit?: number } = {},
): Promise<RunningApp & { port: number }> {
  const port = await freePort();
  const app = startApp(t, { listen: { port, workers: 2, user: "nobody", ...listen }, ...more });
  await app.listening;
  return { ...app, port };
}

async function pids(port: number): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: 12 }, () => ask(port, "/pid")));
  return Array.from(new Set(answers.map(({ body }) => body)));
}

async function until(what: () => boolean | Promise<boolean>, limitMs: number): Promise<number> {
  const startedAt = performance.now();
  // oxlint-disable-next-line no-await-in-loop -- until it is so
  while (!(await what())) {
    assert.ok(performance.now() - startedAt < limitMs, `not within ${limitMs} ms: ${what.toString()}`);
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    await sleep(20);
  }
  return performance.now() - startedAt;
}

/** How long so many requests took, one after the other, the slowest last. */
async function timesOf(port: number, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < count; round++) {
    const startedAt = performance.now();
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    assert.equal((await ask(port, "/")).status, 200);
    times.push(performance.now() - startedAt);
  }
  times.sort((a, b) => a - b);
  return times;
}

test("shares the work, and no worker has anything of root's, also after it was replaced and reloaded", async (t) => {
  const { port, child, output, ended } = await startWorkers(t);
  const before = await pids(port);
  assert.equal(before.length, 2);
  async function assertDropped(): Promise<void> {
    const probes = await Promise.all(Array.from({ length: 4 }, () => ask(port, "/privileges")));
    for (const { body } of probes) {
      const { ids, pid: _pid, ...attempts } = JSON.parse(body) as Record<string, string>;
      assert.equal(ids, "65534 65534 65534");
      assert.deepEqual(new Set(Object.values(attempts)), new Set(["denied"]));
    }
  }
  await assertDropped();
  process.kill(Number(before[0]), "SIGKILL");
  await until(
    async () => (await pids(port)).length === 2 && !(await pids(port)).includes(before[0] ?? ""),
    5000,
  );
  await assertDropped();
  child.kill("SIGHUP");
  await until(() => output().includes("server.reloaded"), 60_000);
  assert.ok(!(await pids(port)).includes(before[1] ?? ""));
  await assertDropped();
  child.kill("SIGTERM");
  assert.equal((await ended).code, 0);
  assert.ok(await isClosed(port));
});

test("fails no request while all workers are replaced, also not on connections that are kept", async (t) => {
  const { port, child, output } = await startWorkers(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  t.after(() => agent.destroy());
  const statuses = new Map<number | string, number>();
  const load = new AbortController();
  async function repeat(kept: Agent | undefined): Promise<void> {
    while (!load.signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { status } = await ask(port, "/", kept);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  }
  const loads = [repeat(agent), repeat(agent), repeat(undefined)];
  await sleep(200);
  child.kill("SIGHUP");
  await until(() => output().includes("server.reloaded"), 60_000);
  await sleep(300);
  load.abort();
  await Promise.all(loads);
  assert.deepEqual([...statuses.keys()], [200]);
});

test("keeps serving while one worker is blocked, then kills it", async (t) => {
  const { port, output } = await startWorkers(t, { workerSilenceMs: 1500 });
  const before = await pids(port);
  const calm = await timesOf(port, 50);
  const blocked = ask(port, "/block?ms=60000");
  await sleep(100);
  const times = await timesOf(port, 100);
  // The goal of 100 ms is measured by test/faults; here, beside other tests, a wait for the blocked worker must show.
  const p99 = times[98] ?? Number.NaN;
  assert.ok(p99 < Math.max(500, 3 * (calm.at(-1) ?? 0)), `p99 ${p99}, slowest before ${calm.at(-1)}`);
  assert.equal((await blocked).status, "ECONNRESET");
  assert.match(output(), /server.worker-replaced silent for/);
  await until(async () => (await pids(port)).filter((pid) => !before.includes(pid)).length === 1, 20_000);
});

test("replaces a worker that needs too much memory without failing a request", async (t) => {
  const { port, output } = await startWorkers(t, { workers: 1, workerMemoryMb: 250 });
  const [before] = await pids(port);
  await ask(port, "/leak?mb=300");
  await until(() => output().includes("MB of memory"), 3000);
  const statuses = new Set<number | string>();
  await until(async () => {
    const { status, body } = await ask(port, "/pid");
    statuses.add(status);
    return body !== before;
  }, 30_000);
  assert.deepEqual([...statuses], [200]);
});

test("finishes what a failing worker has, and replaces it", async (t) => {
  const { port, output } = await startWorkers(t, { workers: 1 });
  const [before] = await pids(port);
  const other = ask(port, "/slow?ms=800");
  await sleep(100);
  assert.equal((await ask(port, "/throw")).status, 200);
  assert.equal((await ask(port, "/pid")).status, 200);
  assert.equal((await other).status, 200);
  assert.notEqual((await pids(port))[0], before);
  assert.equal(output().match(/event server.failed .*thrown in a timer/g)?.length, 1);
});

function childrenOf(pid: number | undefined): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
}

test("has a worker in reserve that serves nobody until another one dies, and then takes its place at once", async (t) => {
  const { port, child, output } = await startWorkers(t);
  const origin = `http://localhost:${port}`;
  const isReady = (pid: string): boolean => output().includes(`worker listening ${origin} pid ${pid}\n`);
  await until(() => childrenOf(child.pid).length === 3 && childrenOf(child.pid).every(isReady), 30_000);
  const before = await pids(port);
  assert.equal(before.length, 2);
  const spare = childrenOf(child.pid).find((pid) => !before.includes(pid)) ?? "none";
  const [victim = ""] = before;
  process.kill(Number(victim), "SIGKILL");
  await until(async () => (await pids(port)).includes(spare), 2000);
  // A new one in reserve, and nobody killed for being idle.
  await until(() => childrenOf(child.pid).length === 3 && !childrenOf(child.pid).includes(victim), 30_000);
  assert.equal(output().match(/worker-replaced/g)?.length, 1);
  child.kill("SIGHUP");
  await until(() => output().includes("server.reloaded"), 60_000);
  await until(() => !childrenOf(child.pid).includes(spare), 30_000);
});

test("starts no worker in reserve where none is wanted", async (t) => {
  const { child } = await startWorkers(t, { spareWorkers: 0 });
  await sleep(1500);
  assert.equal(childrenOf(child.pid).length, 2);
});

test("gives up when workers keep dying at their start, says why, and leaves nothing behind", async (t) => {
  const port = await freePort();
  const app = startApp(
    t,
    { listen: { port, workers: 1, user: "nobody" } },
    { env: { HAUBERK_TEST_WORKER_FAILS: "1" } },
  );
  const { code, stderr, afterMs } = await app.ended;
  assert.notEqual(code, 0);
  assert.match(stderr, /\[WORKERS_FAILED\] listen\(\): six workers in a row ended.+\n {2}Why: .+\n {2}Fix: /);
  assert.match(stderr, /the database is not there/);
  assert.ok(afterMs > 5000, "it waits longer and longer");
  assert.ok(await isClosed(port));
});

test("counts the connections of an address across all workers", async (t) => {
  const { port } = await startWorkers(t, { maxConnectionsPerAddress: 6 });
  const sockets = Array.from({ length: 20 }, () => dial(port, "127.0.0.66"));
  await sleep(500);
  assert.equal(sockets.filter((socket) => !socket.destroyed && !socket.readableEnded).length, 6);
  assert.equal((await ask(port, "/")).status, 200);
  for (const socket of sockets) socket.destroy();
  await sleep(300);
  const again = Array.from({ length: 6 }, () => dial(port, "127.0.0.66"));
  await sleep(300);
  assert.equal(again.filter((socket) => !socket.destroyed && !socket.readableEnded).length, 6);
  for (const socket of again) socket.destroy();
});

test("finds a session with every worker, as the last one left it", async (t) => {
  const { port } = await startWorkers(t);
  const first = await fetch(`http://localhost:${port}/count`);
  const cookie = first.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const workers = new Set<string>();
  for (let count = 2; count <= 20; count++) {
    // A connection each: of three at a time, two go to different workers.
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const [counted, ...reached] = await Promise.all([
      ask(port, "/count", undefined, cookie),
      ask(port, "/pid"),
      ask(port, "/pid"),
    ]);
    assert.equal(counted.body, String(count));
    for (const pid of reached) workers.add(pid.body);
  }
  assert.equal(workers.size, 2);
});

test("lets an address through exactly as often as it may, whichever workers it reaches", async (t) => {
  const { port } = await startWorkers(t, {}, { limit: 20 });
  const outcomes = await Promise.all(Array.from({ length: 60 }, () => ask(port, "/pid")));
  const served = outcomes.filter(({ status }) => status === 200);
  assert.equal(served.length, 20);
  assert.equal(new Set(served.map(({ body }) => body)).size, 2);
  assert.equal(outcomes.filter(({ status }) => status === 429).length, 40);
});

const OWN = { oneProcessOnly: true };
const unshared: readonly [name: string, sessions: object, limits: object, reports: object, says: RegExp][] = [
  [
    "refuses workers that would each have sessions of their own",
    OWN,
    {},
    {},
    /WORKERS_UNSHARED.*sessions in one/,
  ],
  ["refuses workers that would each count for themselves", {}, OWN, {}, /WORKERS_UNSHARED.*counted in one/],
  [
    "refuses workers that would each collect reports for themselves",
    {},
    {},
    reportCollector(),
    /WORKERS_UNSHARED.*reports of browsers/,
  ],
];
for (const [name, sessions, limits, reports, says] of unshared)
  test(name, () => assert.throws(() => assertStateShared(sessions, limits, reports), says));

test("takes stores that processes share, and no limit at all", () => {
  assertStateShared({}, undefined, undefined);
  assertStateShared({ oneProcessOnly: false }, {}, { oneProcessOnly: false });
});

test("ends its workers when the primary is killed", async (t) => {
  const { port, child } = await startWorkers(t);
  const before = await pids(port);
  child.kill("SIGKILL");
  await until(() => !before.some(isAlive), 5000);
});

function isAlive(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
}
