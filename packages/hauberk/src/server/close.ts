import { emitEvent } from "../events/index.ts";
import type { Assembly, ServerSurroundings } from "./assemble.ts";
import { drain } from "./drain.ts";
import type { ListenPolicy } from "./options.ts";
import type { Close } from "./signals.ts";

/** See `DrainTimes.quietMs`. */
const QUIET_MS = 1000;

/** Readiness turns red, the servers are drained, then what stands behind them is closed. */
export function closeOnce(assembly: Assembly, policy: ListenPolicy, around: ServerSurroundings): Close {
  let closing: Promise<void> | undefined;
  async function closeAll(hurry: boolean): Promise<void> {
    const { connections, listeners } = assembly;
    emitEvent("server.draining", { because: `${connections.inFlight} requests in flight` });
    connections.readiness.ready = false;
    const servers = listeners.map(({ server }) => server);
    // A worker has no port to close: its primary has waited already.
    const listening = servers.some((server) => server.listening);
    if (!hurry && listening && policy.shutdownDelayMs > 0) await sleep(policy.shutdownDelayMs);
    const times = { timeoutMs: policy.shutdownTimeoutMs, quietMs: hurry ? 0 : QUIET_MS };
    await drain(servers, connections, times);
    assembly.stop();
    await closeBehind(policy, around);
  }
  return (how) => (closing ??= closeAll(how?.hurry === true));
}

/** One that fails must not keep the other from being closed. */
export async function closeBehind(policy: ListenPolicy, around: ServerSurroundings): Promise<void> {
  const ends = await Promise.allSettled([around.close(), Promise.resolve().then(policy.onClose)]);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
