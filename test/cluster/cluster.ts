import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startPostgres, startRedis } from "../../packages/hauberk/test/session/servers.ts";
import {
  commonSettings,
  emptySettings,
  giveAdminRole,
  type Skeleton,
  startProcess,
} from "../browser/skeleton-process.ts";
import { nginxCommand, type Ports } from "../deploy/support/proxy-commands.ts";
import { runProxy } from "../deploy/support/proxy-process.ts";
import { createCertificate } from "../support/certificate.ts";
import { freePort } from "../support/free-port.ts";
import { type Cleanup, scratchFolder } from "../support/scratch.ts";
import type { ServerProcess } from "../support/server-process.ts";

const PROCESSES = 3;

/**
 * Starts the skeleton as docs/guide/scaling.md has it on several machines: three processes behind the shipped nginx
 * configuration over TLS, accounts and notes in PostgreSQL, sessions, limits and reports in Redis, uploads in one folder.
 */
export async function startCluster(t: Cleanup, host: string): Promise<Skeleton> {
  const [postgres, redis] = await Promise.all([
    startPostgres({ synced: false }),
    startRedis({ durable: false }),
  ]);
  t.after(() => Promise.all([postgres.stop(), redis.stop()]).then(() => undefined));
  const ports = await Promise.all(Array.from({ length: PROCESSES }, () => freePort()));
  const proxy = await startNginx(t, ports, host);
  const origin = `https://${host}:${proxy.port}`;
  const settings = emptySettings(t);
  const environment = {
    ...commonSettings(),
    ORIGIN: origin,
    PROXY: "loopback",
    DATA_DIR: scratchFolder(t),
    DATABASE_URL: `postgres://hauberk:secret@127.0.0.1:${postgres.port}/postgres`,
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
  };
  const instructions = { settings, environment };
  const processes: ServerProcess[] = [];
  // One after the other, as in a release: that starts at the same moment agree on a schema is test/deploy/stores.test.ts.
  // oxlint-disable-next-line no-await-in-loop -- see above
  for (const port of ports) processes.push(await restarting(() => startProcess(t, port, instructions)));
  return {
    ...proxy,
    origin,
    processes,
    reportsAreOpen: false,
    makeAdmin: (email) => giveAdminRole(email, instructions),
  };
}

/** A start that finds a store too slow to answer ends; the shipped files have it started again (`restart: unless-stopped`). */
async function restarting(start: () => Promise<ServerProcess>): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one attempt after the other
      return await start();
    } catch (error) {
      if (attempt === 3 || !String(error).includes("[STORE_UNREACHABLE]")) throw error;
    }
  }
}

async function startNginx(
  t: Cleanup,
  [app = 0, ...others]: readonly number[],
  host: string,
): Promise<Pick<Skeleton, "port" | "certificate">> {
  const folder = scratchFolder(t);
  const { cert, key } = createCertificate([host]);
  writeFileSync(join(folder, `${host}.crt`), cert);
  writeFileSync(join(folder, `${host}.key`), key);
  const [secure, plain] = [await freePort(), await freePort()];
  const ports: Ports = { folder, secure, plain, app, others, host, namesPort: true };
  await runProxy(t, nginxCommand(ports), ports);
  return { port: secure, certificate: cert };
}
