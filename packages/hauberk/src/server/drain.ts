import type { Server } from "node:http";
import { Server as NetServer } from "node:net";
import { emitEvent } from "../events/index.ts";
import type { Connections } from "./connections.ts";

export interface DrainTimes {
  /** After this long, what is still in flight is cut. */
  readonly timeoutMs: number;
  /**
   * For this long an idle connection may still send a request, which is answered: its client may have sent it before it
   * could know.
   */
  readonly quietMs: number;
}

/**
 * Ends servers without cutting anybody off: no new connections, idle ones closed, answers in flight finished with
 * `Connection: close`; what is still there at the deadline is cut, and told in one event.
 *
 * @returns how many requests were cut off
 */
export async function drain(
  servers: readonly Server[],
  connections: Connections,
  times: DrainTimes,
): Promise<number> {
  let cut = 0;
  let sweep: NodeJS.Timeout | undefined;
  connections.beginDraining();
  // http's own close() destroys idle connections at once: a request that is on its way to one would be reset.
  for (const server of servers) if (server.listening) NetServer.prototype.close.call(server);
  const quiet = setTimeout(() => {
    connections.closeQuiet();
    sweep = setInterval(() => connections.closeQuiet(), 50);
  }, times.quietMs);
  const deadline = setTimeout(() => {
    cut = connections.closeAll();
    const because = `${cut} requests were still running after ${times.timeoutMs} ms`;
    emitEvent("server.drain-cut", { because });
  }, times.timeoutMs);
  await connections.empty();
  clearTimeout(quiet);
  clearInterval(sweep);
  clearTimeout(deadline);
  // Ends http's own timers; the listening sockets are closed already.
  for (const server of servers) server.close();
  return cut;
}
