import { emitEvent, hasListeners } from "../events/index.ts";
import type { ListenPolicy } from "./options.ts";

/** How a server is ended: in a hurry an idle connection is not given time to send another request. */
export type Close = (how?: { readonly hurry?: boolean }) => Promise<void>;

/** For closing databases after the last answer. */
const CLOSE_GRACE_MS = 1500;

/** SIGTERM drains and exits with 0, SIGINT the same in a hurry; a second one ends the process at once. */
export function closeOnSignals(close: Close, policy: ListenPolicy): void {
  process.once("SIGTERM", () => end(close, policy, { exitCode: 0, hurry: false }));
  process.once("SIGINT", () => end(close, policy, { exitCode: 0, hurry: true }));
}

/**
 * An error nobody caught drains too, so that other requests are finished, and exits with 1: the process may be in any
 * state by then and must not take new ones.
 */
export function closeOnFatal(
  close: Close,
  policy: ListenPolicy,
  onFirst: () => void = () => undefined,
): void {
  let failed = false;
  function onFatal(error: unknown): void {
    tell("the process failed", error);
    if (failed) return;
    failed = true;
    onFirst();
    end(close, policy, { exitCode: 1, hurry: false });
  }
  process.on("uncaughtException", onFatal);
  process.on("unhandledRejection", onFatal);
}

/** The process ends whatever still hangs. */
function end(
  close: Close,
  policy: ListenPolicy,
  { exitCode, hurry }: { readonly exitCode: number; readonly hurry: boolean },
): void {
  const limitMs = policy.shutdownDelayMs + policy.shutdownTimeoutMs + CLOSE_GRACE_MS;
  setTimeout(() => process.exit(1), limitMs).unref();
  close({ hurry }).then(
    () => process.exit(exitCode),
    (error: unknown) => {
      tell("closing failed", error);
      process.exit(1);
    },
  );
}

function tell(what: string, error: unknown): void {
  emitEvent("server.failed", { because: what, error });
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (!hasListeners("server.failed")) process.stderr.write(`hauberk: ${what}: ${text}\n`);
}
