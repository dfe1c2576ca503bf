import cluster from "node:cluster";
import type { RequestListener } from "node:http";
import { ConfigError } from "../errors/config-error.ts";
import { assemble, type ServerSurroundings } from "./assemble.ts";
import { closeOnce } from "./close.ts";
import { lookUpIdentity } from "./identity.ts";
import { openPlaces } from "./open.ts";
import type { ListenPolicy } from "./options.ts";
import { supervise } from "./primary.ts";
import { decidePrivileges, type Identity } from "./privileges.ts";
import type { RunningServer } from "./running.ts";
import { closeOnFatal, closeOnSignals } from "./signals.ts";
import { assertNamesCovered, loadCertificates, type Certificate } from "./tls.ts";
import { addressOf, urlOf } from "./url.ts";
import { serveAsWorker } from "./worker.ts";

export type { RunningServer } from "./running.ts";

/**
 * Binds the port, gives root up, proves it, and only then accepts.
 *
 * Everything that can be wrong is found before the bind; whatever fails after it closes the sockets again.
 *
 * @throws {ConfigError} `PORT_IN_USE`, `PERMISSION_DENIED`, `ADDRESS_UNAVAILABLE`, `ACTIVATION_MISSING`,
 * `CERTIFICATE_INVALID`, `PROXY_UNDECLARED`, `RUNNING_AS_ROOT`, `USER_UNKNOWN`, `PRIVILEGES_KEPT`,
 * `PRIVILEGES_UNAVAILABLE`, `WORKERS_FAILED`
 */
export async function startServer(
  handler: RequestListener,
  policy: ListenPolicy,
  around: ServerSurroundings,
): Promise<RunningServer> {
  const { workers } = policy;
  if (workers !== undefined && cluster.isWorker) return serveAsWorker(handler, policy, around);
  const identity = planIdentity(policy);
  assertProxyDeclared(policy, around);
  const certificates = readCertificates(policy, around);
  if (workers !== undefined) return supervise(policy, workers, around, identity, certificates);
  const assembly = assemble(handler, policy, around, { certificates });
  const { listeners } = assembly;
  try {
    await openPlaces(
      listeners.map(({ server }) => server),
      listeners.map(({ place }) => place),
      identity,
    );
  } catch (error) {
    assembly.stop();
    throw error;
  }
  const close = closeOnce(assembly, policy, around);
  if (policy.handleSignals) {
    closeOnSignals(close, policy);
    closeOnFatal(close, policy);
  }
  const address = addressOf(listeners[0]?.server, policy);
  return { address, url: urlOf(address, policy), close: () => close({ hurry: true }) };
}

function planIdentity(policy: ListenPolicy): Identity | undefined {
  const { user, group, serveAsRoot } = policy;
  const plan = decidePrivileges({ uid: process.getuid?.(), user, group, serveAsRoot });
  if (plan.kind === "refuse") throw plan.error;
  return plan.kind === "drop" ? lookUpIdentity(plan.user, plan.group) : undefined;
}

function readCertificates(policy: ListenPolicy, around: ServerSurroundings): readonly Certificate[] {
  if (policy.tls === undefined) return [];
  const certificates = loadCertificates(policy.tls);
  assertNamesCovered(certificates, around.httpsHosts);
  return certificates;
}

/** Everything that comes through a Unix-domain socket has one peer: undeclared, all clients would share one limit. */
function assertProxyDeclared(policy: ListenPolicy, around: ServerSurroundings): void {
  if (policy.place.kind !== "path" || around.trust !== undefined) return;
  throw new ConfigError("PROXY_UNDECLARED", {
    what: 'listen(): "socketPath" is given, but hauberk() was told that there is no proxy.',
    why: "only a proxy on this machine can reach that socket; without its forwarded headers all clients would be one.",
    fix: 'hauberk(app, { ..., proxy: "loopback" }): peers on a Unix-domain socket count as 127.0.0.1.',
  });
}
