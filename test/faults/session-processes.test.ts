import assert from "node:assert/strict";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { test, type TestContext } from "node:test";
import { migratePostgres } from "../../packages/hauberk/src/session/postgres.ts";
import { startPostgres, startRedis, type RealServer } from "../../packages/hauberk/test/session/servers.ts";
import { postgresPool } from "../../packages/hauberk/test/session/stores.ts";
import { PATIENCE } from "../support/patience.ts";

interface Member {
  readonly child: ChildProcess;
  readonly port: number;
}

async function startMember(kind: string, storePort: number): Promise<Member> {
  const child = fork(new URL("session/app-process.ts", import.meta.url), [kind, String(storePort)]);
  const [{ port }] = (await once(child, "message")) as [{ readonly port: number }];
  return { child, port };
}

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly cookie: string | undefined;
}

async function ask(port: number, path: string, cookie: string): Promise<Reply | undefined> {
  return new Promise((resolve) => {
    const req = get({ port, path, agent: false, headers: { cookie } }, (res) => {
      let body = "";
      res.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      res.on("end", () => {
        const line = res.headers["set-cookie"]?.[0];
        resolve({ status: res.statusCode ?? 0, body, cookie: line?.slice(0, line.indexOf(";")) });
      });
      res.on("error", () => resolve(undefined));
    });
    // The process was killed: this request was not answered, so it promises nothing.
    req.on("error", () => resolve(undefined));
  });
}

/** Until it is answered: a store that is late on a busy machine is a 503, which promises nothing. */
async function answered(t: TestContext, port: number, path: string, cookie: string): Promise<Reply> {
  return t.waitFor(async () => {
    const reply = await ask(port, path, cookie);
    assert.ok(reply?.status === 200, `${path}: ${reply?.status}`);
    return reply;
  }, PATIENCE);
}

interface Browser {
  readonly cookie: string;
  /** The numbers that were answered as saved. */
  readonly saves: number[];
}

/** One browser: counts up through whichever process answers, and remembers what was answered as saved. */
async function count(
  members: readonly Member[],
  { cookie, saves }: Browser,
  until: () => boolean,
): Promise<void> {
  for (let n = 1; !until(); n++) {
    const member = members[n % members.length];
    const reply = member === undefined ? undefined : await ask(member.port, `/set/${n}`, cookie);
    if (reply?.status === 200) saves.push(n);
    else await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function losesNothing(t: TestContext, kind: string, server: RealServer): Promise<void> {
  const members = await Promise.all([1, 2, 3].map(async () => startMember(kind, server.port)));
  try {
    const saves = await countThroughTrouble(t, members, server);
    t.diagnostic(`${t.name} => 0 of ${saves} answered saves lost`);
  } finally {
    for (const { child } of members) child.kill("SIGKILL");
  }
}

async function countThroughTrouble(
  t: TestContext,
  members: readonly Member[],
  server: RealServer,
): Promise<number> {
  const [first, second] = members;
  if (first === undefined || second === undefined) throw new Error("no process");
  const browsers = await Promise.all(
    Array.from({ length: 10 }, async (): Promise<Browser> => {
      const started = await answered(t, first.port, "/start", "");
      return { cookie: started.cookie ?? assert.fail(), saves: [] };
    }),
  );
  /** Until every browser has so many saves more than now. */
  const allSave = async (more: number): Promise<void> => {
    const before = browsers.map(({ saves }) => saves.length);
    await t.waitFor(
      () => assert.ok(browsers.every(({ saves }, at) => saves.length >= (before[at] ?? 0) + more)),
      PATIENCE,
    );
  };
  let over = false;
  const counting = Promise.all(browsers.map(async (browser) => count(members, browser, () => over)));
  await allSave(10);
  second.child.kill("SIGKILL");
  await allSave(5);
  await server.kill();
  await server.start();
  await allSave(5);
  over = true;
  await counting;
  for (const { cookie, saves } of browsers) {
    const stored = await answered(t, first.port, "/n", cookie);
    // A save whose answer was lost may be there as well; one that was answered must be.
    assert.ok(Number(stored.body) >= (saves.at(-1) ?? Number.NaN), `${stored.body} of ${saves.at(-1)}`);
  }
  return browsers.reduce((sum, { saves }) => sum + saves.length, 0);
}

test("loses nothing answered as saved when a process and Redis are killed under load", async (t) => {
  const server = await startRedis({ synced: false });
  t.after(server.stop);
  await losesNothing(t, "redis", server);
});

test("loses nothing answered as saved when a process and PostgreSQL are killed under load", async (t) => {
  const server = await startPostgres({ synced: false });
  const pool = postgresPool(server.port);
  t.after(async () => {
    await pool.end();
    await server.stop();
  });
  await migratePostgres(pool);
  await losesNothing(t, "postgres", server);
});
