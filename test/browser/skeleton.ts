import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startCluster } from "../cluster/cluster.ts";
import { createCertificate } from "../support/certificate.ts";
import { freePort } from "../support/free-port.ts";
import { type Cleanup, scratchFolder } from "../support/scratch.ts";
import {
  commonSettings,
  emptySettings,
  giveAdminRole,
  type Skeleton,
  startProcess,
} from "./skeleton-process.ts";

/** The host name of the skeleton when it serves https; every browser of these tests finds it on this machine. */
const APP_HOST = "app.test";

/**
 * What all of these tests are run against: "one" process, or a "cluster" of three behind nginx.
 * `npm run test:cluster` chooses the latter.
 */
const TARGET = process.env["BROWSER_TEST_TARGET"] ?? "one";

/**
 * Starts the skeleton with an empty database: on http://localhost, as a developer has it; a cluster is on https there.
 *
 * @param env what one process has in its environment besides
 */
export function startSkeleton(t: Cleanup, env: NodeJS.ProcessEnv = {}): Promise<Skeleton> {
  return TARGET === "cluster"
    ? startCluster(t, "localhost")
    : start(t, "http://localhost", { INSECURE_OPEN_REPORTS: "true", ...env });
}

/** Starts the skeleton with an empty database: on https://app.test, as its users have it. */
export async function startSecureSkeleton(t: Cleanup, host = APP_HOST): Promise<Skeleton> {
  if (TARGET === "cluster") return startCluster(t, host);
  const folder = scratchFolder(t);
  const { cert, key } = createCertificate([host]);
  const files = { TLS_CERT: join(folder, "cert.pem"), TLS_KEY: join(folder, "key.pem") };
  writeFileSync(files.TLS_CERT, cert);
  writeFileSync(files.TLS_KEY, key);
  const skeleton = await start(t, `https://${host}`, files);
  return { ...skeleton, certificate: cert };
}

async function start(t: Cleanup, address: string, env: NodeJS.ProcessEnv): Promise<Skeleton> {
  const port = await freePort();
  const origin = `${address}:${port}`;
  const settings = emptySettings(t);
  const environment = { ...commonSettings(), ORIGIN: origin, DATA_DIR: scratchFolder(t), ...env };
  const server = await startProcess(t, port, { settings, environment });
  return {
    port,
    origin,
    certificate: "",
    processes: [server],
    reportsAreOpen: origin.startsWith("http:"),
    makeAdmin: (email) => giveAdminRole(email, { settings, environment }),
  };
}
