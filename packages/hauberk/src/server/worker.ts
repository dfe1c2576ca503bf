import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import type { RunningServer } from "./running.ts";
import { assemble, type Assembly, type ServerSurroundings } from "./assemble.ts";
import { closeOnce } from "./close.ts";
import type { ListenPolicy } from "./options.ts";
import { provePrivilegesDropped } from "./prove.ts";
import { closeOnFatal, type Close } from "./signals.ts";
import { urlOf } from "./url.ts";
import { isOurs, type ToPrimary, type ToWorker } from "./worker-messages.ts";

/** How soon the primary knows that this worker's event loop stands still, and gives new connections to others. */
const BEAT_MS = 50;

/**
 * Serves what the primary hands over. A worker opens no port and never was root: it is started after the primary gave
 * root up, and proves that again for itself.
 */
export async function serveAsWorker(
  handler: RequestListener,
  policy: ListenPolicy,
  around: ServerSurroundings,
): Promise<RunningServer> {
  const start = await greet();
  try {
    if (start.identity !== undefined) provePrivilegesDropped(start.identity);
    const assembly = assemble(handler, { ...policy, handleSignals: false }, around, start);
    const close = closeOnce(assembly, policy, around);
    obey(assembly, close);
    closeOnFatal(close, policy, () => tell({ hauberk: "failing" }));
    tell({ hauberk: "ready" });
    setInterval(() => tell({ hauberk: "beat", rssBytes: process.memoryUsage.rss() }), BEAT_MS).unref();
    return { address: start.address, url: urlOf(start.address, policy), close: () => close({ hurry: true }) };
  } catch (error) {
    tell({ hauberk: "refused", message: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}

function tell(message: ToPrimary): void {
  // The primary may be gone; "disconnect" then ends this process.
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}

function greet(): Promise<Extract<ToWorker, { hauberk: "start" }>> {
  return new Promise((resolve) => {
    process.on("message", function onMessage(message: unknown) {
      if (!isOurs(message) || message.hauberk !== "start") return;
      process.off("message", onMessage);
      resolve(message as Extract<ToWorker, { hauberk: "start" }>);
    });
    tell({ hauberk: "hello" });
  });
}

function obey(assembly: Assembly, close: Close): void {
  const finish = (hurry: boolean): void => {
    close({ hurry }).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on("message", (received: unknown, socket: unknown) => {
    if (!isOurs(received)) return;
    const message = received as ToWorker;
    if (message.hauberk === "connection") takeConnection(assembly, message, socket as Socket | undefined);
    if (message.hauberk === "certificates") assembly.useCertificates(message.certificates);
    if (message.hauberk === "ticket-keys") assembly.useTicketKeys(message.ticketKeys);
    if (message.hauberk === "unready") assembly.connections.readiness.ready = false;
    if (message.hauberk === "drain") finish(message.hurry);
  });
  // The primary decides; a terminal and systemd send these to every process of the group.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
  process.once("disconnect", () => finish(false));
}

function takeConnection(
  assembly: Assembly,
  { id, listener, local }: Extract<ToWorker, { hauberk: "connection" }>,
  socket: Socket | undefined,
): void {
  tell({ hauberk: "taken", id });
  const server = assembly.listeners[listener]?.server;
  // The client may have gone while the socket was on its way.
  if (socket === undefined || server === undefined) {
    socket?.destroy();
    tell({ hauberk: "closed", id });
    return;
  }
  socket.once("close", () => tell({ hauberk: "closed", id }));
  if (local) Object.defineProperty(socket, "remoteAddress", { value: "127.0.0.1" });
  server.emit("connection", socket);
  socket.resume();
}
