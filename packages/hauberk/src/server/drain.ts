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
 * Ends a server without cutting anybody off: no new connections, idle ones closed, answers in flight finished with
 * `Connection: close`; what is still there at the deadline is cut, and told in one event.
 *
 * @returns how many requests were cut off
 */
export function drain(server: Server, connections: Connections, times: DrainTimes): Promise<number> {
  return new Promise((resolve) => {
    let cut = 0;
    let sweep: NodeJS.Timeout | undefined;
    const startSweep = (): void => {
      connections.closeQuiet();
      sweep = setInterval(() => connections.closeQuiet(), 50);
    };
    const quiet = setTimeout(startSweep, times.quietMs);
    const deadline = setTimeout(() => {
      cut = connections.closeAll();
      emitEvent("server.drain-cut", {
        because: `${cut} requests were still running after ${times.timeoutMs} ms`,
      });
    }, times.timeoutMs);
    connections.beginDraining();
    // http's own close() destroys idle connections at once: a request that is on its way to one would be reset.
    NetServer.prototype.close.call(server, () => {
      clearTimeout(quiet);
      clearInterval(sweep);
      clearTimeout(deadline);
      // Ends http's own timers; the listening socket is closed already.
      server.close(() => resolve(cut));
    });
  });
}
