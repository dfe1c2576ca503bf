import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startRedis } from "../../../test/session/servers.ts";
import { redisClient } from "../../../test/session/stores.ts";
import { reportStoreConformance } from "./conformance.ts";
import { redisReportStore } from "./redis.ts";

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

const open = async () => redisReportStore({ client: await connected() });
reportStoreConformance("redis", { open, openAnother: open });

test("keeps to its prefix and to one slot of a cluster", async () => {
  const client = await connected();
  const store = redisReportStore({ client, prefix: "app:" });
  const report = { type: "coep", page: "/", rule: "", blocked: "", source: "", noise: false } as const;
  const reports = [{ report: { ...report, disposition: "enforce" as const }, count: 1, lastSeenMs: 1 }];
  await store.add({ reports, dropped: 1, atMs: 1, maxKinds: 9, maxNew: 9 });
  const keys: string[] = await client.keys("app:*");
  assert.deepEqual(
    keys.toSorted(),
    ["counts", "hours", "kinds", "last"].map((name) => `app:{reports}:${name}`),
  );
  await store.clear();
  assert.deepEqual(await client.keys("app:*"), []);
});

test("refuses something else than a client", () => {
  assert.throws(() => redisReportStore({ client: {} as never }), { code: "OPTION_TYPE" });
  assert.throws(() => redisReportStore({ url: "redis://x" } as never), { code: "OPTION_UNKNOWN" });
});
