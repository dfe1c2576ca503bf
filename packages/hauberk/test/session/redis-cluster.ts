import { createClient } from "redis";
import { freePort } from "../../../../test/support/free-port.ts";
import { startRedis, type RealServer } from "./servers.ts";

const SLOTS = 16_384;

export interface RedisCluster {
  readonly ports: readonly number[];
  readonly stop: () => Promise<void>;
}

/** A real Redis Cluster of three nodes without replicas: each has a third of the slots. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes: { readonly busPort: number; readonly server: RealServer }[] = [];
  for (let node = 0; node < 3; node++) {
    // The second port of a node would be its first and 10,000, which need not be free or exist.
    const busPort = await freePort();
    const more = ["--cluster-enabled", "yes", "--cluster-port", String(busPort)];
    nodes.push({ busPort, server: await startRedis({ durable: false, more }) });
  }
  const clients = nodes.map(({ server }) => createClient({ url: `redis://127.0.0.1:${server.port}` }));
  for (const [index, client] of clients.entries()) {
    await client.connect();
    const [from, to] = [Math.ceil((SLOTS * index) / 3), Math.ceil((SLOTS * (index + 1)) / 3) - 1];
    await client.sendCommand(["CLUSTER", "ADDSLOTSRANGE", String(from), String(to)]);
    await client.sendCommand(["CLUSTER", "SET-CONFIG-EPOCH", String(index + 1)]);
  }
  for (const { server, busPort } of nodes.slice(1))
    await clients[0]?.sendCommand(["CLUSTER", "MEET", "127.0.0.1", String(server.port), String(busPort)]);
  for (const client of clients) await joined(client);
  for (const client of clients) client.destroy();
  return {
    ports: nodes.map(({ server }) => server.port),
    stop: async () => {
      for (const { server } of nodes) await server.stop();
    },
  };
}

async function joined(client: { sendCommand(command: readonly string[]): Promise<unknown> }): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const info = String(await client.sendCommand(["CLUSTER", "INFO"]));
    if (info.includes("cluster_state:ok") && info.includes("cluster_known_nodes:3")) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the nodes of the cluster do not find each other");
}
