import type { Server } from "node:http";

/**
 * Ends a server without cutting anybody off: no new connections, idle ones closed, answers in flight finished with
 * `Connection: close`; what is still there at the deadline is cut.
 *
 * @returns how it ended
 */
export function drain(server: Server, timeoutMs: number): Promise<"drained" | "cut"> {
  return new Promise((resolve) => {
    let outcome: "drained" | "cut" = "drained";
    // A connection becomes idle when its answer is out; Node closes only those that were idle at close().
    const closeIdle = setInterval(() => server.closeIdleConnections(), 50);
    const deadline = setTimeout(() => {
      outcome = "cut";
      server.closeAllConnections();
    }, timeoutMs);
    server.prependListener("request", (_req, res) => res.setHeader("Connection", "close"));
    server.close(() => {
      clearInterval(closeIdle);
      clearTimeout(deadline);
      resolve(outcome);
    });
    server.closeIdleConnections();
  });
}
