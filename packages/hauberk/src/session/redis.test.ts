import assert from "node:assert/strict";
import { after, test } from "node:test";
import { sampleRecord } from "../../test/session/record.ts";
import { startRedis } from "../../test/session/servers.ts";
import { redisClient } from "../../test/session/stores.ts";
import { sessionStoreConformance } from "./conformance.ts";
import { recordOrNothing } from "./store-guard.ts";
import { redisStore } from "./redis.ts";

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

sessionStoreConformance("redis", {
  open: async () => redisStore({ client: await connected() }),
  openAnother: async () => redisStore({ client: await connected() }),
});

test("leaves keys to Redis to expire, a little after the session", async () => {
  const client = await connected();
  const store = redisStore({ client, prefix: "ttl:" });
  const record = sampleRecord({ userId: "u" });
  await store.insert("k", record);
  const ttl = await client.pTTL("ttl:s:{k}");
  assert.ok(ttl > 1_800_000 && ttl <= 1_860_000, String(ttl));
  await store.touch("k", Date.now() + 10_000);
  assert.ok((await client.pTTL("ttl:s:{k}")) <= 70_000);
  for (const key of await client.keys("ttl:*")) assert.ok((await client.pTTL(key)) > 0, key);
});

test("goes on after the server has forgotten the scripts", async () => {
  const client = await connected();
  const store = redisStore({ client });
  await store.insert("k2", sampleRecord());
  await client.scriptFlush();
  assert.notEqual(await store.get("k2"), undefined);
});

const corrupt: readonly [string, Record<string, string>][] = [
  ["half a record", { v: "1", i: "1", r: '{"a":' }],
  ["another program's JSON", { v: "1", i: "1", r: '{"user":"admin"}' }],
  ["a version that is a word", { v: "x", i: "1", r: JSON.stringify(sampleRecord()) }],
  ["JSON that is no object", { v: "1", i: "1", r: "null" }],
];
for (const [name, hash] of corrupt) {
  test(`hands out ${name} as broken`, async () => {
    const client = await connected();
    await client.hSet("hauberk:s:{broken}", hash);
    assert.equal(recordOrNothing(await redisStore({ client }).get("broken")), "broken");
    await client.del("hauberk:s:{broken}");
  });
}

test("fails, and does not guess, on a key of another type", async () => {
  const client = await connected();
  await client.set("hauberk:s:{text}", "{}");
  await assert.rejects(async () => redisStore({ client }).get("text"), /WRONGTYPE/);
});

for (const [name, options, code] of [
  ["no client", {}, "OPTION_TYPE"],
  ["a URL for a client", { client: "redis://localhost" }, "OPTION_TYPE"],
  ["a client of null", { client: null }, "OPTION_TYPE"],
  ["a prefix that is empty", { client: { eval() {}, evalSha() {} }, prefix: "" }, "OPTION_TYPE"],
  ["a misspelt option", { client: { eval() {}, evalSha() {} }, ttl: 5 }, "OPTION_UNKNOWN"],
] as const) {
  test(`refuses ${name}`, () => {
    assert.throws(() => redisStore(options as never), { code });
  });
}
