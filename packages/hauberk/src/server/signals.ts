import { emitEvent, hasListeners } from "../events/index.ts";

/** How a server is ended: in a hurry an idle connection is not given time to send another request. */
export type Close = (how?: { readonly hurry?: boolean }) => Promise<void>;

/**
 * SIGTERM drains and exits with 0, SIGINT the same in a hurry; a second one ends the process at once. An error nobody caught drains too, so that other requests are finished,
 * and exits with 1: the process may be in any state by then and must not take new ones.
 *
 * @param limitMs after which the process ends whatever still hangs
 */
export function closeOnSignals(close: Close, limitMs: number): void {
  let ending = false;
  function end(exitCode: number, hurry: boolean): void {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(exitCode === 0 ? 1 : exitCode), limitMs).unref();
    close({ hurry }).then(
      () => process.exit(exitCode),
      (error: unknown) => {
        tell("closing failed", error);
        process.exit(1);
      },
    );
  }
  function onFatal(error: unknown): void {
    tell("the process failed", error);
    end(1, false);
  }
  process.once("SIGTERM", () => end(0, false));
  process.once("SIGINT", () => end(0, true));
  process.on("uncaughtException", onFatal);
  process.on("unhandledRejection", onFatal);
}

function tell(what: string, error: unknown): void {
  emitEvent("server.failed", { because: what, error });
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (!hasListeners("server.failed")) process.stderr.write(`hauberk: ${what}: ${text}\n`);
}
