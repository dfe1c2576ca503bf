import assert from "node:assert/strict";
import { after, describe, test, type TestContext } from "node:test";
import type { Application } from "express";
import { migratePostgres, postgresStore } from "../../packages/hauberk/src/session/postgres.ts";
import { redisStore } from "../../packages/hauberk/src/session/redis.ts";
import type { SessionStore } from "../../packages/hauberk/src/session/store.ts";
import { serve, type Answer, type Served } from "../../packages/hauberk/test/session/app.ts";
import { startPostgres, startRedis, type RealServer } from "../../packages/hauberk/test/session/servers.ts";
import { TroubledProxy, type Trouble } from "./session/proxy.ts";
import { postgresPool, redisClient } from "../../packages/hauberk/test/session/stores.ts";
import "../../packages/hauberk/src/express.ts";
import { stopwatch } from "../support/own-time.ts";

function routes(app: Application): void {
  app.all("/public", (_req, res) => void res.send("public"));
  app.get("/who", (req, res) => void res.send(`user ${req.session.userId ?? "nobody"}`));
  app.get("/login/:user", async (req, res) => {
    await req.session.login(req.params.user);
    res.send("in");
  });
  app.get("/write", (req, res) => {
    Reflect.set(req.session, "n", Math.random());
    res.send("written");
  });
}

interface Behind {
  readonly server: RealServer;
  readonly proxy: TroubledProxy;
  readonly store: SessionStore;
  readonly stop: () => Promise<void>;
}

/** With more time than a session has: a busy machine takes a second to make tables. */
async function migrate(server: RealServer): Promise<void> {
  const pool = postgresPool(server.port);
  try {
    await migratePostgres(pool);
  } finally {
    await pool.end();
  }
}

const backends: readonly [string, () => Promise<Behind>][] = [
  [
    "Redis",
    async () => {
      const server = await startRedis({ synced: false });
      const proxy = await TroubledProxy.start(server.port);
      const client = await redisClient(proxy.port);
      const stop = async (): Promise<void> => {
        client.destroy();
        await proxy.stop();
        await server.stop();
      };
      return { server, proxy, store: redisStore({ client }), stop };
    },
  ],
  [
    "PostgreSQL",
    async () => {
      const server = await startPostgres({ synced: false });
      await migrate(server).catch(async (error: unknown) => {
        await server.stop();
        throw error;
      });
      const proxy = await TroubledProxy.start(server.port);
      const pool = postgresPool(proxy.port, 400);
      const stop = async (): Promise<void> => {
        await proxy.stop();
        await pool.end();
        await server.stop();
      };
      return { server, proxy, store: postgresStore({ pool }), stop };
    },
  ],
];

/** Through an app with more patience than the tested one has: no trouble has begun yet, but the machine may be busy. */
async function loginTo(store: SessionStore, user: string): Promise<string> {
  const patient = await serve(routes, { store });
  try {
    const { status, sid } = await patient.ask(`/login/${user}`);
    assert.equal(status, 200);
    return sid ?? assert.fail();
  } finally {
    await patient.close();
  }
}

interface Timed extends Answer {
  readonly ms: number;
}

async function timed(served: Served, path: string, sid: string, method = "GET"): Promise<Timed> {
  const elapsed = stopwatch();
  const answer = await served.ask(path, { sid, method });
  return { ...answer, ms: elapsed() };
}

/** Ten seconds of requests would hide a hang; a few of each kind at the same time do not. */
async function duringTrouble(served: Served, sid: string, user: string): Promise<number> {
  let slowestMs = 0;
  for (let round = 0; round < 4; round++) {
    const [page, who, write, post] = await Promise.all([
      timed(served, "/public", sid),
      timed(served, "/who", sid),
      timed(served, "/write", sid),
      timed(served, "/public", sid, "POST"),
    ]);
    for (const answer of [page, who, write, post]) {
      assert.ok(answer.ms < 1000, `${answer.ms} ms`);
      slowestMs = Math.max(slowestMs, answer.ms);
      assert.equal(answer.sid, undefined, "the cookie is left alone");
    }
    assert.equal(page.status, 200);
    assert.deepEqual([who.status, write.status, post.status], [503, 503, 503]);
    assert.ok(!who.body.includes(user));
  }
  return slowestMs;
}

/** For the page that `npm run test:faults:sessions` writes. */
function note(t: TestContext, slowestMs: number, recoveredMs: number): void {
  const slowest = `slowest answer ${Math.round(slowestMs)} ms`;
  t.diagnostic(`${t.name} => ${slowest}, recovered after ${Math.round(recoveredMs)} ms`);
}

async function recovered(served: Served, sid: string, body: string): Promise<number> {
  const elapsed = stopwatch();
  for (;;) {
    const answer = await served.ask("/who", { sid });
    if (answer.status === 200) {
      assert.equal(answer.body, body);
      return elapsed();
    }
    assert.ok(elapsed() < 2000, "no recovery within 2 s");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

for (const [name, open] of backends) {
  describe(`sessions in ${name}`, async () => {
    const { server, proxy, store, stop } = await open();
    // Before anything that may fail: what is left open would keep the file from ending.
    after(stop);
    const [alice, bob] = [await loginTo(store, "alice"), await loginTo(store, "bob")];
    const served = await serve(routes, { store, storeTimeoutMs: 500 });
    after(async () => served.close());

    for (const trouble of ["reset", "hang", "slow", "refuse"] satisfies Trouble[]) {
      test(`answers within a second while the connection is "${trouble}", and recovers in two (${name})`, async (t) => {
        proxy.trouble = trouble;
        const slowestMs = await duringTrouble(served, alice, "alice");
        proxy.trouble = "none";
        note(t, slowestMs, await recovered(served, alice, "user alice"));
        assert.equal((await served.ask("/who", { sid: bob })).body, "user bob");
        assert.equal((await served.ask("/write", { sid: bob })).status, 200);
      });
    }

    test(`recovers in two seconds after ${name} was killed and is back, with its sessions`, async (t) => {
      await server.kill();
      const slowestMs = await duringTrouble(served, alice, "alice");
      await server.start();
      note(t, slowestMs, await recovered(served, alice, "user alice"));
      assert.equal((await served.ask("/who", { sid: bob })).body, "user bob");
    });
  });
}
