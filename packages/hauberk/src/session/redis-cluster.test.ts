import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createClient, createCluster } from "redis";
import { startRedisCluster } from "../../test/session/redis-cluster.ts";
import { sampleRecord } from "../../test/session/record.ts";
import { sessionStoreConformance } from "./conformance.ts";
import { keyOf, newSessionId } from "./id.ts";
import { redisStore } from "./redis.ts";

const cluster = await startRedisCluster();
const clients: { destroy: () => void }[] = [];
async function connected() {
  const client = createCluster({
    rootNodes: cluster.ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })),
  });
  client.on("error", () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}
after(async () => {
  for (const client of clients) client.destroy();
  await cluster.stop();
});

sessionStoreConformance("redis cluster of three nodes", {
  open: async () => redisStore({ client: await connected() }),
  openAnother: async () => redisStore({ client: await connected() }),
});

/** How many keys each node holds. */
async function keysOfNodes(): Promise<readonly number[]> {
  return Promise.all(
    cluster.ports.map(async (port) => {
      const client = await createClient({ url: `redis://127.0.0.1:${port}` }).connect();
      try {
        return await client.dbSize();
      } finally {
        client.destroy();
      }
    }),
  );
}

test("spreads one user's sessions over all nodes, lists and ends them all", async () => {
  const store = redisStore({ client: await connected() });
  const before = await keysOfNodes();
  const keys = Array.from({ length: 60 }, () => keyOf(newSessionId()));
  for (const key of keys) await store.insert(key, sampleRecord({ userId: "spread" }));
  const grown = (await keysOfNodes()).map((count, node) => count - (before[node] ?? 0));
  assert.ok(
    grown.every((count) => count >= 5),
    grown.join(" "),
  );
  assert.equal((await store.listByUser("spread")).length, 60);
  assert.equal(await store.destroyByUser("spread", keys[0]), 59);
  assert.deepEqual(
    (await store.listByUser("spread")).map(({ key }) => key),
    [keys[0]],
  );
});
