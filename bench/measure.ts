import { freePort } from "../test/support/free-port.ts";
import { type Child, startChild } from "./child.ts";
import type { Job, JobResult } from "./load/generator.ts";
import type { VariantName } from "./variants/variant.ts";

/** What one variant needed for one kind of request in one round. */
interface Measurement {
  readonly requestsPerSecond: number;
  /** CPU time of the server process, user and system, per request. */
  readonly cpuMicrosPerRequest: number;
}

export type Kind = Job["kind"];
export const KINDS: readonly Kind[] = ["get", "post"];
export type RoundOfVariant = Readonly<Record<Kind, Measurement>>;

/** Starts a fresh server, warms it up, and measures each kind of request against it. */
export async function measureVariant(
  variant: VariantName,
  { requests, connections }: { readonly requests: number; readonly connections: number },
): Promise<RoundOfVariant> {
  // Hauberk has to know its origin, and so its port, before it starts.
  const port = await freePort();
  const server = startChild("serve.ts", [variant, String(port)]);
  const load = startChild("load/generator.ts");
  try {
    await Promise.all([server.ready(), load.ready()]);
    const measure = async (kind: Kind): Promise<Measurement> => {
      await load.ask({ port, kind, connections, requests: Math.ceil(requests / 4) });
      return measureJob(server, load, { port, kind, connections, requests });
    };
    return { get: await measure("get"), post: await measure("post") };
  } finally {
    await Promise.all([server.stop(), load.stop()]);
  }
}

async function measureJob(server: Child, load: Child, job: Job): Promise<Measurement> {
  const before = await cpuMicros(server);
  const { seconds } = await load.ask<JobResult>(job);
  const used = (await cpuMicros(server)) - before;
  return { requestsPerSecond: job.requests / seconds, cpuMicrosPerRequest: used / job.requests };
}

async function cpuMicros(server: Child): Promise<number> {
  const { user, system } = await server.ask<NodeJS.CpuUsage>("cpu");
  return user + system;
}
