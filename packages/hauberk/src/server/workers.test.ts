import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent, get, type IncomingMessage } from "node:http";
import { test, type TestContext } from "node:test";
import { dial, isClosed, sleep, talk, type RunningApp } from "../../test/server/harness.ts";
import { startBundledApp } from "../../test/server/bundled-app.ts";
import { PATIENCE, SERVES_WHEN_BUSY } from "../../../../test/support/patience.ts";
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

const HELD = "holds a request\n";
const RELOADED = "server.reloaded";

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
  const app = startBundledApp(t, {
    listen: { port, workers: 2, user: "nobody", ...SERVES_WHEN_BUSY, ...listen },
    ...more,
  });
  await app.listening;
  return { ...app, port };
}

async function pids(port: number): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: 12 }, () => ask(port, "/pid")));
  return Array.from(new Set(answers.map(({ body }) => body)));
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const startedAt = performance.now();
  // oxlint-disable-next-line no-await-in-loop -- until it is so
  while (!(await what())) {
    assert.ok(performance.now() - startedAt < PATIENCE.timeout, `never came true: ${what.toString()}`);
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    await sleep(PATIENCE.interval);
  }
}

/** Those two that serve: one that is late for a moment gets no connection, so it may take more than one look. */
async function bothPids(port: number, without = "nobody"): Promise<string[]> {
  let found: string[] = [];
  await until(async () => {
    found = await pids(port);
    return found.length === 2 && !found.includes(without);
  });
  return found;
}

test("shares the work, and no worker has anything of root's, also after it was replaced and reloaded", async (t) => {
  const { port, child, ended, says } = await startWorkers(t);
  const before = await bothPids(port);
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
  await bothPids(port, before[0]);
  await assertDropped();
  child.kill("SIGHUP");
  await says(RELOADED);
  assert.ok(!(await pids(port)).includes(before[1] ?? ""));
  await assertDropped();
  child.kill("SIGTERM");
  assert.equal((await ended).code, 0);
  assert.ok(await isClosed(port));
});

test("fails no request while all workers are replaced, also not on connections that are kept", async (t) => {
  const { port, child, says } = await startWorkers(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  t.after(() => agent.destroy());
  const statuses = new Map<number | string, number>();
  const load = new AbortController();
  async function repeat(kept: Agent | undefined): Promise<void> {
    while (!load.signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { status } = await ask(port, "/", kept);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      // oxlint-disable-next-line no-await-in-loop -- leaves the processor to the workers that start
      await sleep(2);
    }
  }
  const served = (): number => statuses.get(200) ?? 0;
  const loads = [repeat(agent), repeat(agent), repeat(undefined)];
  await until(() => served() > 30);
  child.kill("SIGHUP");
  await says(RELOADED);
  const sinceThen = served();
  await until(() => served() > sinceThen + 30);
  load.abort();
  await Promise.all(loads);
  assert.deepEqual([...statuses.keys()], [200]);
});

test("keeps serving while one worker is blocked, then kills it", async (t) => {
  const { port, says } = await startWorkers(t, { workerSilenceMs: 1500 });
  const before = await bothPids(port);
  const killed = new AbortController();
  const blocked = ask(port, "/block?ms=60000").finally(() => killed.abort());
  await says(HELD);
  // Longer than a worker may be silent and still be given connections.
  await sleep(250);
  let answered = 0;
  while (!killed.signal.aborted) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other: one that waits for the blocked worker stops them all
    const { status } = await ask(port, "/");
    if (status === 200 && !killed.signal.aborted) answered++;
  }
  // The goal of 100 ms is measured by test/faults.
  assert.ok(answered > 20, `${answered} answers before the blocked worker was killed`);
  assert.equal((await blocked).status, "ECONNRESET");
  await says("server.worker-replaced silent for");
  await until(async () => (await pids(port)).some((pid) => !before.includes(pid)));
});

test("replaces a worker that needs too much memory without failing a request", async (t) => {
  const { port, says } = await startWorkers(t, { workers: 1, workerMemoryMb: 250 });
  const [before] = await pids(port);
  await ask(port, "/leak?mb=300");
  await says("MB of memory");
  const statuses = new Set<number | string>();
  await until(async () => {
    const { status, body } = await ask(port, "/pid");
    statuses.add(status);
    return body !== before;
  });
  assert.deepEqual([...statuses], [200]);
});

test("finishes what a failing worker has, and replaces it", async (t) => {
  const { port, output, says } = await startWorkers(t, { workers: 1 });
  const [before] = await pids(port);
  const other = ask(port, "/held");
  await says(HELD);
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
  const { port, child, output, says } = await startWorkers(t);
  const origin = `http://localhost:${port}`;
  const isReady = (pid: string): boolean => output().includes(`worker listening ${origin} pid ${pid}\n`);
  await until(() => childrenOf(child.pid).length === 3 && childrenOf(child.pid).every(isReady));
  const before = await bothPids(port);
  const spare = childrenOf(child.pid).find((pid) => !before.includes(pid)) ?? "none";
  const [victim = "", survivor = ""] = before;
  process.kill(Number(victim), "SIGKILL");
  // Not one that was started only then.
  assert.deepEqual(new Set(await bothPids(port, victim)), new Set([survivor, spare]));
  // A new one in reserve, and nobody killed for being idle.
  await until(() => childrenOf(child.pid).length === 3 && !childrenOf(child.pid).includes(victim));
  assert.equal(output().match(/worker-replaced/g)?.length, 1);
  child.kill("SIGHUP");
  await says(RELOADED);
  await until(() => !childrenOf(child.pid).includes(spare));
});

test("starts no worker in reserve where none is wanted", async (t) => {
  const { child } = await startWorkers(t, { spareWorkers: 0 });
  // It would be started as soon as the others are ready, as they are.
  await sleep(500);
  assert.equal(childrenOf(child.pid).length, 2);
});

test("gives up when workers keep dying at their start, says why, and leaves nothing behind", async (t) => {
  const port = await freePort();
  const app = startBundledApp(
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
  const open = (): number => sockets.filter((socket) => !socket.destroyed && !socket.readableEnded).length;
  await until(() => open() === 6);
  assert.equal((await ask(port, "/")).status, 200);
  assert.equal(open(), 6);
  for (const socket of sockets) socket.destroy();
  // Each of them holds its place until its answer has come.
  const request = `GET /slow?ms=100 HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`;
  await until(async () => {
    const six = Array.from({ length: 6 }, () => talk(port, request, { from: "127.0.0.66" }));
    return (await Promise.all(six)).every((answer) => answer.startsWith("HTTP/1.1 200"));
  });
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
  const { port } = await startWorkers(t, {}, { limit: 60 });
  const outcomes: Outcome[] = [];
  // A worker that is late for a moment is given none of one round.
  for (let round = 0; round < 6; round++)
    // oxlint-disable-next-line no-await-in-loop -- one round after the other
    outcomes.push(...(await Promise.all(Array.from({ length: 20 }, () => ask(port, "/pid")))));
  const served = outcomes.filter(({ status }) => status === 200);
  assert.equal(served.length, 60);
  assert.equal(new Set(served.map(({ body }) => body)).size, 2);
  assert.equal(outcomes.filter(({ status }) => status === 429).length, 60);
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
  const { child } = await startWorkers(t);
  await until(() => childrenOf(child.pid).length === 3);
  const workers = childrenOf(child.pid);
  child.kill("SIGKILL");
  await until(() => !workers.some(isAlive));
});

function isAlive(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
}
