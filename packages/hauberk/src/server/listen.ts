import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigError } from "../errors/config-error.ts";
import { emitEvent } from "../events/index.ts";
import { takeActivatedSockets } from "./activation.ts";
import { assemble, type Assembly, type ServerSurroundings } from "./assemble.ts";
import { bind, preparePlace } from "./bind.ts";
import { drain } from "./drain.ts";
import { lookUpIdentity } from "./identity.ts";
import type { ListenPolicy } from "./options.ts";
import { decidePrivileges, dropPrivileges, type Identity } from "./privileges.ts";
import { closeOnSignals, type Close } from "./signals.ts";
import { assertNamesCovered, loadCertificates, type Certificate } from "./tls.ts";

/** A server that is accepting connections. */
export interface RunningServer {
  /** Of a Unix-domain socket: the path, and port 0. */
  readonly address: AddressInfo;
  /** Where to point a browser on this machine. */
  readonly url: string;
  /** Drains and closes; resolves when nothing is open any more. Calling it again waits for the same end. */
  readonly close: () => Promise<void>;
}

/**
 * Binds the port, gives root up, proves it, and only then accepts.
 *
 * Everything that can be wrong is found before the bind; whatever fails after it closes the sockets again.
 *
 * @throws {ConfigError} `PORT_IN_USE`, `PERMISSION_DENIED`, `ADDRESS_UNAVAILABLE`, `ACTIVATION_MISSING`,
 * `CERTIFICATE_INVALID`, `PROXY_UNDECLARED`, `RUNNING_AS_ROOT`, `USER_UNKNOWN`, `PRIVILEGES_KEPT`,
 * `PRIVILEGES_UNAVAILABLE`
 */
export async function startServer(
  handler: RequestListener,
  policy: ListenPolicy,
  around: ServerSurroundings,
): Promise<RunningServer> {
  const identity = planIdentity(policy);
  assertProxyDeclared(policy, around);
  const assembly = assemble(handler, policy, around, readCertificates(policy, around));
  await open(assembly, policy, identity);
  const close = closeOnce(assembly, policy, around);
  if (policy.handleSignals)
    closeOnSignals(close, policy.shutdownDelayMs + policy.shutdownTimeoutMs + CLOSE_GRACE_MS);
  const address = addressOf(assembly, policy);
  return { address, url: urlOf(address, policy), close: () => close({ hurry: true }) };
}

/** For closing databases after the last answer. */
const CLOSE_GRACE_MS = 1500;
/** See `DrainTimes.quietMs`. */
const QUIET_MS = 1000;

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

async function open(assembly: Assembly, policy: ListenPolicy, identity: Identity | undefined): Promise<void> {
  const { listeners } = assembly;
  const handedOver = listeners.filter(({ place }) => place.kind === "descriptor").length;
  if (handedOver > 0) takeActivatedSockets(handedOver);
  try {
    const places = await Promise.all(listeners.map(({ place }) => preparePlace(place)));
    // From here to the drop the loop does not turn: nothing can be accepted as root.
    for (const [index, { server }] of listeners.entries()) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that a failure leaves nothing behind
      await bind(server, places[index] ?? policy.place, identity);
    }
    if (identity === undefined) return;
    dropPrivileges(identity);
    emitEvent("server.privileges-dropped", { because: `uid ${identity.uid}, gid ${identity.gid}` });
  } catch (error) {
    assembly.stop();
    for (const { server } of listeners) server.close();
    throw error;
  }
}

function closeOnce(assembly: Assembly, policy: ListenPolicy, around: ServerSurroundings): Close {
  let closing: Promise<void> | undefined;
  async function closeAll(hurry: boolean): Promise<void> {
    const { connections, listeners } = assembly;
    emitEvent("server.draining", { because: `${connections.inFlight} requests in flight` });
    connections.readiness.ready = false;
    if (!hurry && policy.shutdownDelayMs > 0) await sleep(policy.shutdownDelayMs);
    const times = { timeoutMs: policy.shutdownTimeoutMs, quietMs: hurry ? 0 : QUIET_MS };
    await drain(
      listeners.map(({ server }) => server),
      connections,
      times,
    );
    assembly.stop();
    // One that fails must not keep the other from being closed.
    const ends = await Promise.allSettled([around.close(), Promise.resolve().then(policy.onClose)]);
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }
  return (how) => (closing ??= closeAll(how?.hurry === true));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function addressOf({ listeners: [main] }: Assembly, policy: ListenPolicy): AddressInfo {
  const address = main?.server.address();
  if (typeof address === "object" && address !== null) return address;
  return { address: policy.place.kind === "path" ? policy.place.path : "", family: "Unix", port: 0 };
}

function urlOf(address: AddressInfo, policy: ListenPolicy): string {
  if (address.family === "Unix") return `unix:${address.address}`;
  const everywhere = address.address === "::" || address.address === "0.0.0.0";
  const host =
    everywhere || address.address === "127.0.0.1"
      ? "localhost"
      : address.family === "IPv6"
        ? `[${address.address}]`
        : address.address;
  return `${policy.tls === undefined ? "http" : "https"}://${host}:${address.port}`;
}
