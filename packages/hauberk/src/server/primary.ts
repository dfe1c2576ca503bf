import { createServer, type Server } from "node:net";
import { ConfigError } from "../errors/config-error.ts";
import { emitEvent } from "../events/index.ts";
import { AddressPlaces } from "./address-places.ts";
import type { ServerSurroundings } from "./assemble.ts";
import { closeBehind, sleep } from "./close.ts";
import { openPlaces } from "./open.ts";
import type { ListenPolicy } from "./options.ts";
import type { Identity } from "./privileges.ts";
import { reloadCertificates } from "./reload.ts";
import { closeOnFatal, closeOnSignals, type Close } from "./signals.ts";
import type { RunningServer } from "./running.ts";
import { Supervisor } from "./supervisor.ts";
import { newTicketKeys, rotateTicketKeys } from "./ticket-keys.ts";
import { loadCertificates, type Certificate } from "./tls.ts";
import { addressOf, isUnixSocket, urlOf } from "./url.ts";
import type { WorkersPolicy } from "./worker-policy.ts";

/**
 * Opens the ports, gives root up, and only then starts the workers: none of them ever was root, and one that is replaced
 * later needs no port that only root could open.
 *
 * The primary accepts and hands each connection over, unread. So the share of an address is counted exactly, a worker
 * that is busy gets nothing, and a reload closes no port.
 *
 * @throws {ConfigError} `WORKERS_FAILED`, and what `openPlaces` throws
 */
export async function supervise(
  policy: ListenPolicy,
  workers: WorkersPolicy,
  around: ServerSurroundings,
  identity: Identity | undefined,
  certificates: readonly Certificate[],
): Promise<RunningServer> {
  const places = [policy.place, ...(policy.plainHttp === undefined ? [] : [policy.plainHttp.place])];
  const servers = places.map(() => createServer({ pauseOnConnect: true }));
  await openPlaces(servers, places, identity);
  const address = addressOf(servers[0], policy);
  const start = { address, identity, certificates, ticketKeys: newTicketKeys() };
  const counted = new AddressPlaces(policy.maxConnectionsPerAddress, around.trust);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const supervisor = new Supervisor(workers, start, counted, (reason) =>
    failed.reject(workersFailed(reason)),
  );
  accept(servers, supervisor);
  const close = closePrimary(servers, supervisor, policy, around);
  try {
    await Promise.race([supervisor.ready(), failed.promise]);
  } catch (error) {
    await close({ hurry: true });
    throw error;
  }
  failed.promise.catch((error: unknown) => giveUp(error, close));
  if (policy.handleSignals) handleSignals(supervisor, close, policy);
  if (policy.tls !== undefined) {
    reloadCertificates(policy.tls, (renewed) => supervisor.useCertificates(renewed), { onHangUp: false });
    rotateTicketKeys((keys) => supervisor.useTicketKeys(keys));
  }
  return { address, url: urlOf(address, policy), close: () => close({ hurry: true }) };
}

function accept(servers: readonly Server[], supervisor: Supervisor): void {
  for (const [listener, server] of servers.entries()) {
    const local = isUnixSocket(server);
    server.on("connection", (socket) => supervisor.give(socket, listener, local));
  }
}

function handleSignals(supervisor: Supervisor, close: Close, policy: ListenPolicy): void {
  closeOnSignals(close, policy);
  closeOnFatal(close, policy);
  process.on("SIGHUP", () => {
    void supervisor.reload(renewCertificates(policy, supervisor));
  });
}

/** A certificate that cannot be read any more, for instance after the drop of root, must not stop new code from coming. */
function renewCertificates(policy: ListenPolicy, supervisor: Supervisor): readonly Certificate[] {
  try {
    return loadCertificates(policy.tls ?? []);
  } catch (error) {
    emitEvent("server.certificate-rejected", { because: "the certificate in use stays", error });
    return supervisor.certificates;
  }
}

function closePrimary(
  servers: readonly Server[],
  supervisor: Supervisor,
  policy: ListenPolicy,
  around: ServerSurroundings,
): Close {
  let closing: Promise<void> | undefined;
  async function closeAll(hurry: boolean): Promise<void> {
    emitEvent("server.draining", { because: "all workers" });
    supervisor.announceEnd();
    if (!hurry && policy.shutdownDelayMs > 0) await sleep(policy.shutdownDelayMs);
    for (const server of servers) server.close();
    await supervisor.close(hurry, policy.shutdownTimeoutMs + 1000);
    await closeBehind(policy, around);
  }
  return (how) => (closing ??= closeAll(how?.hurry === true));
}

function giveUp(error: unknown, close: Close): void {
  emitEvent("server.failed", { because: "the workers keep dying", error });
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  void close().finally(() => process.exit(1));
}

function workersFailed(reason: string): ConfigError {
  return new ConfigError("WORKERS_FAILED", {
    what: `listen(): six workers in a row ended as soon as they were started: ${reason.split("\n")[0]}`,
    why: "starting them for ever would burn a processor and serve nobody.",
    fix: "look at what they wrote to standard error; start with workers: 1 to see it alone.",
  });
}
