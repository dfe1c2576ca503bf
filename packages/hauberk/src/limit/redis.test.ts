import assert from "node:assert/strict";
import { after, test } from "node:test";
import { sampleRecord } from "../../test/session/record.ts";
import { startRedis } from "../../test/session/servers.ts";
import { redisClient } from "../../test/session/stores.ts";
import { collectEvents } from "../../test/gate.ts";
import { redisStore } from "../session/redis.ts";
import { limitStoreConformance } from "./conformance.ts";
import { withFallback } from "./fallback.ts";
import { rateOf } from "./gcra.ts";
import { redisLimitStore } from "./redis.ts";
import type { Charge, LimitStore } from "./store.ts";
import { PATIENCE } from "../../../../test/support/patience.ts";

const server = await startRedis({ synced: false });
const clients: { destroy: () => void }[] = [];
async function connected() {
  const client = await redisClient(server.port);
  clients.push(client);
  return client;
}
after(async () => {
  for (const client of clients) client.destroy();
  await server.stop();
});

limitStoreConformance("redis", {
  open: async () => redisLimitStore({ client: await connected() }),
  openAnother: async () => redisLimitStore({ client: await connected() }),
});

const charge = (key: string, limit: number): Charge => ({ key, rate: rateOf(limit, 3600, limit), cost: 1 });
const allowed = async (store: LimitStore, each: Charge): Promise<boolean | undefined> =>
  (await store.consume([each], Date.now()))[0]?.allow;

test("shares the connection of the sessions, each with keys of its own", async () => {
  const client = await connected();
  const [sessions, limits] = [
    redisStore({ client, prefix: "both:" }),
    redisLimitStore({ client, prefix: "both:" }),
  ];
  await sessions.insert("k", sampleRecord());
  assert.equal(await allowed(limits, charge("k", 1)), true);
  assert.equal(await allowed(limits, charge("k", 1)), false);
  assert.notEqual(await sessions.get("k"), undefined);
});

test("lets a key expire once it is fresh again", async () => {
  const client = await connected();
  await allowed(redisLimitStore({ client, prefix: "ttl:" }), charge("k", 360));
  const left = await client.pTTL("ttl:{limits}:k");
  assert.ok(left > 10_000 && left <= 11_000, String(left));
});

test("goes on after the server has forgotten the script", async () => {
  const client = await connected();
  const store = redisLimitStore({ client });
  assert.equal(await allowed(store, charge("flushed", 2)), true);
  await client.scriptFlush();
  assert.equal(await allowed(store, charge("flushed", 2)), true);
  assert.equal(await allowed(store, charge("flushed", 2)), false);
});

for (const value of ["nan", "text", "", "inf", "1e999"]) {
  test(`takes a key that holds ${JSON.stringify(value)} for one that is used up, and recovers`, async () => {
    const client = await connected();
    const store = redisLimitStore({ client });
    await client.set("hauberk:{limits}:odd", value);
    const now = Date.now();
    assert.equal((await store.consume([charge("odd", 1)], now))[0]?.allow, false);
    await store.forget("odd");
    assert.equal((await store.consume([charge("odd", 1)], now))[0]?.allow, true);
    await store.forget("odd");
  });
}

test("keeps its counts over a kill of the server, and counts in this process while it is gone", async (context) => {
  const events = collectEvents(context);
  const shared = redisLimitStore({ client: await connected() });
  const store = withFallback(shared, 1000);
  for (let sent = 0; sent < 3; sent++) assert.equal(await allowed(shared, charge("outage", 5)), true);
  await server.kill();
  let local = 0;
  for (let sent = 0; sent < 10; sent++) if ((await allowed(store, charge("outage", 5))) === true) local += 1;
  assert.equal(local, 5);
  assert.equal(events[0]?.name, "limit.store-failed");
  await server.start();
  // Its clients connect again by themselves; a look costs nothing.
  await context.waitFor(() => allowed(shared, charge("another", 5)), PATIENCE);
  let left = 0;
  for (let sent = 0; sent < 10; sent++) if ((await allowed(shared, charge("outage", 5))) === true) left += 1;
  // The client kept the first command of the outage and sent it later: counted twice, never not at all.
  assert.ok(left === 1 || left === 2, String(left));
});

for (const [name, options, code] of [
  ["no client", {}, "OPTION_TYPE"],
  ["a URL for a client", { client: "redis://localhost" }, "OPTION_TYPE"],
  ["a client of null", { client: null }, "OPTION_TYPE"],
  ["a prefix that is empty", { client: { eval() {}, evalSha() {} }, prefix: "" }, "OPTION_TYPE"],
  ["a misspelt option", { client: { eval() {}, evalSha() {} }, maxKeys: 5 }, "OPTION_UNKNOWN"],
] as const) {
  test(`refuses to start with ${name}`, () => {
    assert.throws(() => redisLimitStore(options as never), { code });
  });
}
